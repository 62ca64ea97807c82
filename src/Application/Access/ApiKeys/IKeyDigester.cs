using DataHub.Domain.Access.ApiKeys;

namespace DataHub.Application.Access.ApiKeys;

/// <summary>Makes what is kept of a secret.</summary>
public interface IKeyDigester
{
    /// <summary>The digest under the newest pepper, with the readable ends.</summary>
    /// <param name="secret">A valid secret.</param>
    SecretFingerprint Fingerprint(string secret);
}
