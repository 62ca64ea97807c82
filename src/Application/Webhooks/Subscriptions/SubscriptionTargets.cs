using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Webhooks.Subscriptions;

namespace DataHub.Application.Webhooks.Subscriptions;

/// <summary>Opens subscriptions for those who send.</summary>
/// <param name="seals">Opens secrets.</param>
public sealed class SubscriptionTargets(SubscriptionSeals seals)
{
    /// <summary>A subscription as the sender needs it.</summary>
    /// <param name="subscription">The subscription.</param>
    /// <returns>Null when none of its secrets can be opened.</returns>
    public SubscriptionTarget? Of(Subscription subscription)
    {
        var secrets = subscription.Secrets.Reverse().Select(s => seals.Open(subscription.Id, s)).OfType<SigningSecret>().ToList();
        if (secrets.Count == 0 || !Uri.TryCreate(subscription.Definition.Url, UriKind.Absolute, out var url))
        {
            return null;
        }

        var d = subscription.Definition;
        var confidential = seals.Open(subscription.Id, subscription.Confidential);
        return new SubscriptionTarget
        {
            Id = subscription.Id,
            Tenant = subscription.TenantId,
            Version = subscription.Version,
            Url = url,
            EventTypes = d.EventTypes,
            Enabled = subscription.DisabledAt is null,
            DisabledAt = subscription.DisabledAt,
            Verified = subscription.VerifiedAt is not null,
            Headers = [.. confidential.Headers.Select(h => KeyValuePair.Create(h.Key, new ClearText(h.Value)))],
            Authentication = SignInOf(d.SignIn, confidential.Credential),
            Timeout = TimeSpan.FromSeconds(d.TimeoutSeconds),
            MaxConcurrency = d.MaxConcurrency,
            RatePerSecond = d.RatePerSecond,
            Schedule = d.Schedule(),
            Order = d.Order,
            AutoDisable = d.AutoDisable,
            Secrets = secrets,
        };
    }

    private static EndpointAuthentication SignInOf(EndpointSignIn? signIn, string? credential) => (signIn?.Kind, credential) switch
    {
        (EndpointSignInKind.Basic, { } password) => new EndpointAuthentication.Basic(signIn.User!, new ClearText(password)),
        (EndpointSignInKind.Bearer, { } token) => new EndpointAuthentication.Bearer(new ClearText(token)),
        (EndpointSignInKind.ClientCredentials, { } secret) => new EndpointAuthentication.ClientCredentials(new Uri(signIn.TokenUrl!), signIn.ClientId!, new ClearText(secret), signIn.Scope),
        (EndpointSignInKind.MutualTls, { } key) => new EndpointAuthentication.MutualTls(signIn.Certificate!, new ClearText(key)),
        _ => EndpointAuthentication.None,
    };
}
