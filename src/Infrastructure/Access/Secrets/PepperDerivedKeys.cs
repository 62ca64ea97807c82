using DataHub.Application.Abstractions;

namespace DataHub.Infrastructure.Access.Secrets;

internal sealed class PepperDerivedKeys(PepperRing peppers) : IDerivedKeys
{
    public IReadOnlyList<int> Versions { get; } = [.. peppers.All.Select(p => p.Version)];

    public byte[] Derive(int version, string purpose) =>
        (peppers.Find(version) ?? throw new ArgumentOutOfRangeException(nameof(version))).DeriveKey(purpose);
}
