using System.Security.Cryptography;
using DataHub.Application.Abstractions;

namespace DataHub.Infrastructure.Randomness;

internal sealed class CryptoRandom : IRandomSource
{
    public void Fill(Span<byte> buffer) => RandomNumberGenerator.Fill(buffer);
}

internal sealed class Uuid7Source(TimeProvider clock) : IIdSource
{
    public Guid NewId() => Guid.CreateVersion7(clock.GetUtcNow());
}
