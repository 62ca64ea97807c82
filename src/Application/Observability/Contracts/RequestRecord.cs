namespace DataHub.Application.Observability.Contracts;

/// <summary>How a proxied request ended.</summary>
public enum RequestOutcome : byte
{
    /// <summary>The upstream answered.</summary>
    Proxied = 0,

    /// <summary>401: no key, or one that is not accepted.</summary>
    Unauthenticated = 1,

    /// <summary>403: scope, address or consumer.</summary>
    Forbidden = 2,

    /// <summary>429.</summary>
    RateLimited = 3,

    /// <summary>404: no route took it.</summary>
    NoRoute = 4,

    /// <summary>Any other refusal by the gateway: malformed, too large, store away.</summary>
    Refused = 5,

    /// <summary>502, 503 or 504 because of the upstream.</summary>
    UpstreamFailed = 6,

    /// <summary>The caller went away.</summary>
    ClientClosed = 7,
}

/// <summary>One request as the log keeps it. Filled by the proxy on the way, encoded once at the end, then free for reuse.</summary>
public sealed class RequestRecord
{
    /// <summary>UUIDv7, printed as <c>req_…</c>.</summary>
    public Guid Id { get; set; }

    /// <summary>The tenant that the request belongs to.</summary>
    public Guid TenantId { get; set; } = Domain.SharedKernel.TenantId.Default.Value;

    /// <summary>UTC instant at which the request's head was read.</summary>
    public DateTimeOffset At { get; set; }

    /// <summary>Request method.</summary>
    public string Method { get; set; } = "";

    /// <summary>Host as the caller named it.</summary>
    public string Host { get; set; } = "";

    /// <summary>Path as received, at most 2,048 characters.</summary>
    public string Path { get; set; } = "";

    /// <summary>Query with secret values replaced; empty for none. At most 2,048 characters.</summary>
    public string Query { get; set; } = "";

    /// <summary><c>HTTP/1.1</c>, <c>HTTP/2</c>.</summary>
    public string Protocol { get; set; } = "";

    /// <summary>Status that the caller got; 499 when it went away before.</summary>
    public int Status { get; set; }

    /// <summary>How it ended.</summary>
    public RequestOutcome Outcome { get; set; }

    /// <summary>The code of a refusal or failure; null when the upstream answered.</summary>
    public string? ErrorCode { get; set; }

    /// <summary>The forwarder's own word for a failure; null for none.</summary>
    public string? ErrorType { get; set; }

    /// <summary>The route, or null.</summary>
    public Guid? RouteId { get; set; }

    /// <summary>Slug of the API, or null.</summary>
    public string? Api { get; set; }

    /// <summary>The upstream, or null.</summary>
    public string? UpstreamId { get; set; }

    /// <summary>Name of the destination that was asked, or null.</summary>
    public string? Destination { get; set; }

    /// <summary>The key, or null. Set only once the secret matched.</summary>
    public Guid? KeyId { get; set; }

    /// <summary>Which secret of the key; 0 for none.</summary>
    public int SecretVersion { get; set; }

    /// <summary>The consumer, or null.</summary>
    public Guid? ConsumerId { get; set; }

    /// <summary>The issuer of the caller's token, or null. Set only once the token was verified.</summary>
    public Guid? IssuerId { get; set; }

    /// <summary>The subject of the caller's token; null for none. Set only once the token was verified; at most 255 characters are kept.</summary>
    public string? Subject { get; set; }

    /// <summary>Address of the caller, as trusted proxies tell it.</summary>
    public System.Net.IPAddress? ClientIp { get; set; }

    /// <summary>User-Agent, at most 256 characters; null for none.</summary>
    public string? UserAgent { get; set; }

    /// <summary>Bytes of the request body that were read.</summary>
    public long RequestBytes { get; set; }

    /// <summary>Bytes of the response body that were sent.</summary>
    public long ResponseBytes { get; set; }

    /// <summary>Microseconds from the head of the request to the end of the answer.</summary>
    public long DurationMicros { get; set; }

    /// <summary>Microseconds that the upstream took of it; −1 when it was not asked.</summary>
    public long UpstreamMicros { get; set; } = -1;

    /// <summary>W3C trace id: the digits of its format N. Empty for none.</summary>
    public Guid TraceId { get; set; }

    /// <summary>W3C span id of the gateway; 0 for none.</summary>
    public ulong SpanId { get; set; }

    /// <summary>Epoch of the configuration that decided.</summary>
    public long Epoch { get; set; }

    /// <summary>Where the key's record came from: <c>l1</c>, <c>l2</c>, <c>db</c>, <c>stale</c>; for a token <c>token:cached</c>, <c>token:verified</c>, <c>token:introspected</c>; null when neither was looked up.</summary>
    public string? KeySource { get; set; }

    /// <summary>Scopes that were missing; null unless refused for it.</summary>
    public string[]? MissingScopes { get; set; }

    /// <summary>The limiter's answer; null when the request did not get that far.</summary>
    public Traffic.Contracts.RateLimitEvaluation? Limits { get; set; }
}

/// <summary>Takes the record of every proxied request.</summary>
public interface IRequestLog
{
    /// <summary>Encodes and queues the record; never waits, never throws. The record may be reused when this returns.</summary>
    /// <param name="record">A complete record.</param>
    void Write(RequestRecord record);
}

/// <summary>Counts every proxied request in the metrics of the node.</summary>
public interface IRequestMetrics
{
    /// <summary>Counts a request; allocates nothing.</summary>
    /// <param name="record">A complete record.</param>
    /// <param name="route">The printed route id; empty for none.</param>
    void Record(RequestRecord record, string route);
}
