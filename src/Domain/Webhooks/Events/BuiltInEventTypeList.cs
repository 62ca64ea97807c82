namespace DataHub.Domain.Webhooks.Events;

/// <content>The list itself.</content>
public static partial class BuiltInEventTypes
{
    private static readonly EventField[] OfKey =
    [
        new("keyId", "string", "The key.", "\"key_01jd0000000000000000000000\""),
        new("name", "string", "Its name.", "\"Shop\""),
        new("consumerId", "string", "Whose key it is.", "\"con_01jd0000000000000000000000\""),
        new("environment", "string", "What it is for: live, test or admin.", "\"live\""),
        new("prefix", "string", "Readable start of its newest secret.", "\"dh_live_4fT9\""),
        new("last4", "string", "Readable end of its newest secret.", "\"x7Qa\""),
    ];

    private static readonly EventField Reason = new("reason", "string", "Why, as whoever acted said it; or what was noticed.", "\"left the company\"", Required: false);
    private static readonly EventField SecretVersion = new("secretVersion", "integer", "The secret that it is about.", "2", Required: false);
    private static readonly EventField ExpiresAt = new("expiresAt", "date-time", "From when it is refused.", "\"2026-12-01T00:00:00.000Z\"", Required: false);

    private static readonly EventField[] OfEndpoint =
    [
        new("subscriptionId", "string", "The subscription.", "\"sub_01jd0000000000000000000000\""),
        new("host", "string", "Scheme, host and port of its URL.", "\"https://example.com\""),
    ];

    private static readonly EventField[] OfUpstream =
    [
        new("upstreamId", "string", "The upstream.", "\"ups_01jd0000000000000000000000\""),
        new("destination", "string", "Its destination.", "\"one\""),
    ];

    private static readonly EventField[] OfAlert =
    [
        new("alert", "string", "The rule.", "\"error rate\""),
        new("value", "number", "The figure that crossed it.", "12.5"),
    ];

    /// <summary>All of them, by name.</summary>
    public static IReadOnlyList<BuiltInEventType> All { get; } =
    [
        new("alert.firing", "A figure crossed the bound of an alert rule.", OfAlert, Raised: false),
        new("alert.resolved", "The figure is within its bound again.", OfAlert, Raised: false),
        new("audit.recorded", "A change was recorded in the audit trail.",
        [
            new("action", "string", "What was done.", "\"key.revoke\""),
            new("resourceType", "string", "To what kind of resource.", "\"key\""),
            new("resourceId", "string", "To which one.", "\"key_01jd0000000000000000000000\""),
            new("actor", "string", "By whom.", "\"usr_01jd0000000000000000000000\""),
        ], OptIn: true),
        new("circuit.closed", "A destination is called again.", OfUpstream, Raised: false),
        new("circuit.opened", "A destination is not called for a while, because it failed too often.", OfUpstream, Raised: false),
        new("config.applied", "A declarative configuration was applied.", [new("revision", "string", "The revision.", "\"rev_01jd0000000000000000000000\"")], Raised: false),
        new("key.anomaly", "A key is used in a way that it never was.",
            [.. OfKey, Reason, new("finding", "string", "new-network or spike.", "\"new-network\"", Required: false)]),
        new("key.created", "A key was issued.", [.. OfKey, ExpiresAt]),
        new("key.expired", "A key has ended.", [.. OfKey, ExpiresAt, SecretVersion]),
        new("key.expiring", "A key, or a replaced secret of it, ends soon.", [.. OfKey, ExpiresAt, SecretVersion]),
        new("key.leaked", "A secret of a key was found where it does not belong.",
        [
            .. OfKey, SecretVersion, new("revoked", "boolean", "Whether the key was revoked at once.", "true", Required: false),
            new("url", "string", "Where it was found.", "\"https://example.com/blob/1\"", Required: false), new("source", "string", "Who found it.", "\"scanner\"", Required: false),
        ]),
        new("key.revoked", "A key was ended for ever.", [.. OfKey, Reason]),
        new("key.rotated", "A key has a new secret.",
            [.. OfKey, SecretVersion, Reason, new("earlierSecretsExpireAt", "date-time", "From when the earlier secrets are refused.", "\"2026-12-01T00:00:00.000Z\"", Required: false)]),
        new("key.rotation_due", "The schedule of a key says that its secret should be replaced.", [.. OfKey, SecretVersion, Reason]),
        new("quota.threshold", "A consumer has used up a share of its quota.",
            [new("consumerId", "string", "The consumer.", "\"con_01jd0000000000000000000000\""), new("percent", "integer", "The share.", "80")], Raised: false),
        new("ratelimit.exceeded", "A key was refused by a limit; told once per key and window.",
        [
            new("keyId", "string", "The key.", "\"key_01jd0000000000000000000000\""), new("consumerId", "string", "Whose key it is.", "\"con_01jd0000000000000000000000\""),
            new("policy", "string", "The limit that refused.", "\"minute\""), new("windowSeconds", "number", "Its window.", "60"),
        ]),
        new("upstream.recovered", "A destination answers again.", OfUpstream, Raised: false),
        new("upstream.unhealthy", "A destination does not answer.", OfUpstream, Raised: false),
        new("webhook.delivery.exhausted", "Every attempt of a delivery failed; it is kept and can be sent again.",
            [.. OfEndpoint, new("deliveryId", "string", "The delivery.", "\"dlv_01jd0000000000000000000000\""), new("eventId", "string", "The event.", "\"evt_01jd0000000000000000000000\"")]),
        new("webhook.delivery.quarantined", "The gateway itself failed on a delivery again and again, and set it aside; it can be sent again.",
            [.. OfEndpoint, new("deliveryId", "string", "The delivery.", "\"dlv_01jd0000000000000000000000\"", Required: false), new("eventId", "string", "The event.", "\"evt_01jd0000000000000000000000\"", Required: false)]),
        new("webhook.endpoint.disabled", "A subscription gets nothing any more.", [.. OfEndpoint, new("reason", "string", "manual, gone or failing.", "\"gone\"", Required: false)]),
        new("webhook.endpoint.failing", "Nothing has succeeded at an endpoint for some time; it will be disabled.", [.. OfEndpoint, new("hours", "integer", "For how long: 24 or 72.", "24", Required: false)]),
        new("webhook.endpoint.recovered", "An endpoint that was warned of works again.", [.. OfEndpoint]),
    ];
}
