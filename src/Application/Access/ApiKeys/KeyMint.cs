using DataHub.Application.Abstractions;
using DataHub.Domain.Access.ApiKeys;

namespace DataHub.Application.Access.ApiKeys;

/// <summary>Makes secrets.</summary>
internal sealed class KeyMint(IRandomSource random, IKeyDigester digester)
{
    public ClearSecret Mint(KeyEnvironment environment, out SecretFingerprint fingerprint)
    {
        Span<byte> entropy = stackalloc byte[KeyFormat.EntropyLength];
        random.Fill(entropy);
        var secret = KeyFormat.Generate(environment, entropy);
        entropy.Clear();
        fingerprint = digester.Fingerprint(secret);
        return new ClearSecret(secret);
    }
}
