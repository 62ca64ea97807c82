using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Webhooks.Subscriptions;

namespace DataHub.Application.Webhooks.Subscriptions;

/// <summary>Opens subscriptions for those who send.</summary>
/// <param name="seals">Opens secrets.</param>
public sealed class SubscriptionTargets(SubscriptionSeals seals)
{
    private static readonly Uri Nowhere = new("about:blank");

    /// <summary>A subscription as the sender needs it; sealed when what is needed to send cannot be opened.</summary>
    /// <param name="subscription">The subscription.</param>
    public SubscriptionTarget Of(Subscription subscription)
    {
        var secrets = subscription.Secrets.Reverse().Select(s => seals.Open(subscription.Id, s)).OfType<SigningSecret>().ToList();
        var confidential = seals.Open(subscription.Id, subscription.Confidential);
        var d = subscription.Definition;

        // All but the current secret have an end. A receiver may know that one alone.
        var whole = Uri.TryCreate(d.Url, UriKind.Absolute, out var url) && confidential is not null && secrets is [{ ValidUntil: null }, ..];
        confidential ??= SubscriptionConfidential.None;
        return new SubscriptionTarget
        {
            Id = subscription.Id,
            Tenant = subscription.TenantId,
            Version = subscription.Version,
            Url = url ?? Nowhere,
            EventTypes = d.EventTypes,
            Enabled = whole && subscription.DisabledAt is null,
            DisabledAt = subscription.DisabledAt,
            Sealed = !whole,
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
