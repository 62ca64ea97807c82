using System.Security.Cryptography;
using DataHub.Application.Abstractions;

namespace DataHub.Infrastructure.Randomness;

internal sealed class CryptoRandom : IRandomSource
{
    public void Fill(Span<byte> buffer) => RandomNumberGenerator.Fill(buffer);
}
