using System.Security.Cryptography;
using System.Text;
using DataHub.Application.Abstractions;

namespace DataHub.TestKit.Fixtures;

/// <summary>Derived keys that every test knows: the digest of version and purpose.</summary>
public sealed class FixedKeys(params int[] versions) : IDerivedKeys
{
    public FixedKeys() : this(1)
    {
    }

    public IReadOnlyList<int> Versions { get; } = versions;

    public byte[] Derive(int version, string purpose) => SHA256.HashData(Encoding.UTF8.GetBytes($"{version} {purpose}"));
}
