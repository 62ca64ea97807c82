using System.Text.Json;
using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.Subscriptions;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Gateway.Api.Admin;

namespace DataHub.Gateway.Api.Webhooks.Subscriptions;

/// <summary>A subscription as POST and PUT take it, and as PATCH patches it.</summary>
/// <param name="Url">Where to: an absolute https URL of at most 2048 characters.</param>
/// <param name="EventTypes">1 to 50 types and wildcards: <c>order.created</c>, <c>order.*</c>, <c>*</c>.</param>
/// <param name="Description">For people, at most 200 characters.</param>
/// <param name="Filter">Condition on the payload; see docs/reference/webhook-filters.md.</param>
/// <param name="Mapping">How the payload is changed: pick, rename, template; see docs/reference/webhook-mapping.md.</param>
/// <param name="Payload"><c>full</c> (default) or <c>thin</c>.</param>
/// <param name="KeyId">The key whose scopes bound it; on creation only. The holder of a key leaves it out.</param>
/// <param name="Headers">Additional headers, at most 20. A null value keeps the one that is stored, as long as the URL's host stays the same.</param>
/// <param name="Authentication">How the gateway signs in. Default not at all.</param>
/// <param name="TimeoutSeconds">For a whole attempt: 1 to 30, default 15.</param>
/// <param name="MaxConcurrency">Most attempts at once: 1 to 100, default 10.</param>
/// <param name="RatePerSecond">Most attempts a second: 0.01 to 10000. Default no bound.</param>
/// <param name="Retry">When it is tried again. Default 0 s, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h.</param>
/// <param name="Order"><c>none</c> (default) or <c>fifo</c>.</param>
/// <param name="AutoDisable">Default true; false: failures never disable it.</param>
internal sealed record SubscriptionBody(
    string Url,
    IReadOnlyList<string> EventTypes,
    string? Description = null,
    JsonElement? Filter = null,
    JsonElement? Mapping = null,
    PayloadMode Payload = PayloadMode.Full,
    string? KeyId = null,
    IReadOnlyDictionary<string, string?>? Headers = null,
    SignInBody? Authentication = null,
    int TimeoutSeconds = 15,
    int MaxConcurrency = 10,
    double? RatePerSecond = null,
    RetryFields? Retry = null,
    DeliveryOrder Order = DeliveryOrder.None,
    bool AutoDisable = true)
{
    /// <summary>The state as PUT would write it; without values of headers and secrets, which stay.</summary>
    /// <param name="view">A subscription as it is shown.</param>
    public static SubscriptionBody From(SubscriptionView view) => new(
        view.Url, view.EventTypes, view.Description, view.Filter, view.Mapping, view.Payload, null, view.Headers.ToDictionary(name => name, _ => (string?)null),
        SignInBody.From(view.Authentication), view.TimeoutSeconds, view.MaxConcurrency, view.RatePerSecond, view.Retry, view.Order, view.AutoDisable);

    /// <summary>The command that makes it.</summary>
    public CreateSubscription ToCommand() => new(ToInput(), ReadKey());

    /// <summary>The command that replaces it.</summary>
    /// <param name="id">The subscription.</param>
    public UpdateSubscription ToCommand(SubscriptionId id) => KeyId is null
        ? new UpdateSubscription(id, ToInput())
        : throw new DomainException(SubscriptionErrors.Invalid, "The key is set on creation, and stays.", "/keyId");

    /// <summary>Without anything secret, so that nothing that prints a body prints it.</summary>
    public override string ToString() => $"SubscriptionBody {{ EventTypes = {EventTypes?.Count} }}";

    private SubscriptionInput ToInput()
    {
        var signIn = Authentication ?? new SignInBody();
        var definition = new SubscriptionDefinition(
            Url, EventTypes, Description, JsonText.Of(Filter, "/filter"), JsonText.Of(Mapping, "/mapping"), Payload, TimeoutSeconds, MaxConcurrency, RatePerSecond, Retry?.ScheduleSeconds, Retry?.RetryCount, Retry?.BaseSeconds,
            Order, AutoDisable, null, new EndpointSignIn(signIn.Kind, signIn.User, signIn.TokenUrl, signIn.ClientId, signIn.Scope, signIn.Certificate));
        var headers = (Headers ?? new Dictionary<string, string?>()).ToDictionary(h => h.Key, h => Hidden(h.Value));
        return new SubscriptionInput(definition, headers, Hidden(signIn.Secret));
    }

    private ApiKeyId? ReadKey() => KeyId is null ? null
        : EntityId.TryParse<ApiKeyId>(KeyId, out var id) ? id
        : throw new DomainException(SubscriptionErrors.Invalid, "The key does not exist.", "/keyId");

    private static ClearSecret? Hidden(string? text) => text is null ? null : new ClearSecret(text);
}

/// <summary>How the gateway signs in at an endpoint.</summary>
/// <param name="Kind"><c>none</c> (default), <c>basic</c>, <c>bearer</c>, <c>client-credentials</c> or <c>mutual-tls</c>.</param>
/// <param name="User">The name; for <c>basic</c>.</param>
/// <param name="TokenUrl">The token endpoint; for <c>client-credentials</c>.</param>
/// <param name="ClientId">The client; for <c>client-credentials</c>.</param>
/// <param name="Scope">Scopes to ask for; for <c>client-credentials</c>.</param>
/// <param name="Certificate">Certificate and chain in PEM; for <c>mutual-tls</c>.</param>
/// <param name="Secret">Password, token, client secret or private key (PEM): stored encrypted and never shown. Left out, the stored one stays, as long as host and identity do.</param>
internal sealed record SignInBody(
    EndpointSignInKind Kind = EndpointSignInKind.None, string? User = null, string? TokenUrl = null, string? ClientId = null, string? Scope = null, string? Certificate = null, string? Secret = null)
{
    /// <summary>The state as PUT would write it, without the secret.</summary>
    /// <param name="signIn">What is shown.</param>
    public static SignInBody From(EndpointSignIn signIn) => new(signIn.Kind, signIn.User, signIn.TokenUrl, signIn.ClientId, signIn.Scope, signIn.Certificate);

    /// <summary>Without the secret, so that nothing that prints a body prints it.</summary>
    public override string ToString() => $"SignInBody {{ Kind = {Kind} }}";
}

/// <summary>What rotating takes; the body may be left out altogether.</summary>
/// <param name="OverlapSeconds">Seconds that the earlier secrets still sign: 0 to 604800, default 86400.</param>
internal sealed record RotateSecretBody(int OverlapSeconds = RotateSecret.DefaultOverlapSeconds)
{
    /// <summary>Said of the action, since the body is not bound.</summary>
    public const string Description = "Takes an optional body {\"overlapSeconds\": 86400}: for how long the earlier secrets still sign, 0 to 604800. 0 ends them at once.";
}

/// <summary>What revoking a secret takes.</summary>
/// <param name="Number">Which of the subscription's secrets.</param>
internal sealed record RevokeSecretBody(int Number);

/// <summary>What testing takes; the body may be left out altogether.</summary>
/// <param name="Challenge">True: the endpoint has to answer with the challenge that <c>data.challenge</c> holds.</param>
internal sealed record TestBody(bool Challenge = false)
{
    /// <summary>Said of the action, since the body is not bound.</summary>
    public const string Description = "Takes an optional body {\"challenge\": true}: the ping then carries data.challenge, and the endpoint has to answer with it, alone or as {\"challenge\": \"…\"}.";
}

/// <summary>An answer that shows a secret: the only one.</summary>
/// <param name="Data">The subscription.</param>
/// <param name="Secret">The secret <c>whsec_…</c>; null in a dry run.</param>
/// <param name="Notice">What to do with it.</param>
internal sealed record SecretEnvelope(SubscriptionView Data, string? Secret, string Notice)
{
    public const string Store = "Store the secret now; it cannot be read again.";
    public const string DryRun = "Dry run: nothing was kept.";
}
