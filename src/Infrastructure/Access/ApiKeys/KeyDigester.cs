using DataHub.Application.Access.ApiKeys;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Infrastructure.Access.Secrets;

namespace DataHub.Infrastructure.Access.ApiKeys;

internal sealed class KeyDigester(PepperRing peppers) : IKeyDigester
{
    public SecretFingerprint Fingerprint(string secret) =>
        new(peppers.Current.Digest(secret), peppers.Current.Version, KeyFormat.DisplayPrefix(secret), KeyFormat.Last4(secret));
}
