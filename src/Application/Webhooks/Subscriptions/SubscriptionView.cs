using System.Text.Json;
using DataHub.Domain.Webhooks.Subscriptions;

namespace DataHub.Application.Webhooks.Subscriptions;

/// <summary>A subscription as the API shows it. Secrets, values of headers and credentials are never shown.</summary>
/// <param name="Id">The printed id.</param>
/// <param name="Url">Where to.</param>
/// <param name="Description">For people.</param>
/// <param name="EventTypes">Types and wildcards.</param>
/// <param name="Filter">Condition on the payload.</param>
/// <param name="Mapping">How the payload is changed.</param>
/// <param name="Payload">Full or thin.</param>
/// <param name="KeyId">The key whose scopes bound it; null: an administrator's.</param>
/// <param name="ConsumerId">Whose key that is.</param>
/// <param name="Headers">Names of the additional headers.</param>
/// <param name="Authentication">How the gateway signs in, without its secret.</param>
/// <param name="TimeoutSeconds">For a whole attempt.</param>
/// <param name="MaxConcurrency">Most attempts at once.</param>
/// <param name="RatePerSecond">Most attempts a second; null: no bound.</param>
/// <param name="Retry">When it is tried again; null: the default schedule.</param>
/// <param name="Order">In what order.</param>
/// <param name="AutoDisable">Whether days of failures disable it.</param>
/// <param name="Enabled">False while it gets nothing.</param>
/// <param name="DisabledReason">Why it gets nothing; null while it does.</param>
/// <param name="DisabledAt">UTC instant since when.</param>
/// <param name="Verified">Whether its endpoint has proved itself by a 2xx.</param>
/// <param name="VerifiedAt">UTC instant of that.</param>
/// <param name="Secrets">The secrets that sign, oldest first.</param>
/// <param name="State">How the endpoint does.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="UpdatedAt">UTC instant of the last change.</param>
/// <param name="Version">Counts changes; the entity tag.</param>
public sealed record SubscriptionView(
    string Id,
    string Url,
    string? Description,
    IReadOnlyList<string> EventTypes,
    JsonElement? Filter,
    JsonElement? Mapping,
    PayloadMode Payload,
    string? KeyId,
    string? ConsumerId,
    IReadOnlyList<string> Headers,
    EndpointSignIn Authentication,
    int TimeoutSeconds,
    int MaxConcurrency,
    double? RatePerSecond,
    RetryFields? Retry,
    DeliveryOrder Order,
    bool AutoDisable,
    bool Enabled,
    DisabledReason? DisabledReason,
    DateTimeOffset? DisabledAt,
    bool Verified,
    DateTimeOffset? VerifiedAt,
    IReadOnlyList<SecretView> Secrets,
    EndpointState State,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    long Version)
{
    /// <summary>Shows a subscription.</summary>
    /// <param name="subscription">The subscription.</param>
    /// <param name="state">How its endpoint does.</param>
    /// <param name="now">UTC instant: secrets that have ended are left out.</param>
    public static SubscriptionView Of(Subscription subscription, EndpointState state, DateTimeOffset now)
    {
        var d = subscription.Definition;
        return new SubscriptionView(
            subscription.Id.ToString(), d.Url, d.Description, d.EventTypes, Json(d.Filter), Json(d.Mapping), d.Payload, subscription.KeyId?.ToString(), subscription.ConsumerId?.ToString(),
            d.HeaderNames ?? [], d.SignIn ?? new EndpointSignIn(), d.TimeoutSeconds, d.MaxConcurrency, d.RatePerSecond,
            d.ScheduleSeconds is null && d.RetryCount is null ? null : new RetryFields(d.ScheduleSeconds, d.RetryCount, d.RetryBaseSeconds), d.Order, d.AutoDisable,
            subscription.DisabledAt is null, subscription.DisabledReason, subscription.DisabledAt, subscription.VerifiedAt is not null, subscription.VerifiedAt,
            [.. subscription.Secrets.Where(s => s.IsValidAt(now)).Select(s => new SecretView(s.Number, s.ValidUntil is null, s.CreatedAt, s.ValidUntil))],
            state, subscription.CreatedAt, subscription.UpdatedAt, subscription.Version);
    }

    private static JsonElement? Json(string? text) => text is null ? null : JsonElement.Parse(text);
}

/// <summary>When a delivery is tried again.</summary>
/// <param name="ScheduleSeconds">Waits before each attempt, the first included; 1 to 20 of 0 to 86400.</param>
/// <param name="RetryCount">Retries after the first attempt, with waits that double: 0 to 20.</param>
/// <param name="BaseSeconds">Wait before the first retry: 1 to 3600, default 5; with <paramref name="RetryCount"/> only.</param>
public sealed record RetryFields(IReadOnlyList<int>? ScheduleSeconds = null, int? RetryCount = null, int? BaseSeconds = null);

/// <summary>A secret that signs, never the secret itself.</summary>
/// <param name="Number">Counts the secrets of the subscription.</param>
/// <param name="Current">True for the one that stays.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="ValidUntil">UTC instant of its end; null for the current one.</param>
public sealed record SecretView(int Number, bool Current, DateTimeOffset CreatedAt, DateTimeOffset? ValidUntil);
