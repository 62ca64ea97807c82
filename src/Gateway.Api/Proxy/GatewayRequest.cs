using System.Net;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Observability.Contracts;
using DataHub.Application.Routing.Contracts;
using DataHub.Application.Traffic.Contracts;

namespace DataHub.Gateway.Api.Proxy;

/// <summary>Where the caller's credential stood.</summary>
internal enum CredentialPlace : byte
{
    /// <summary>There was none.</summary>
    None,

    /// <summary>In <c>X-API-Key</c>.</summary>
    ApiKeyHeader,

    /// <summary>In <c>Authorization: Bearer</c>.</summary>
    AuthorizationHeader,

    /// <summary>In the query parameter that the route opted in to.</summary>
    Query,
}

/// <summary>
/// What the stages know of one request: a request feature, taken from a pool because it lives exactly as long as the request and
/// would otherwise be the largest allocation on the path.
/// </summary>
internal sealed class GatewayRequest
{
    /// <summary>Timestamp of the injected clock when the head had been read.</summary>
    public long StartedAt { get; set; }

    /// <summary>The record that is logged at the end.</summary>
    public RequestRecord Record { get; } = new();

    /// <summary>The question to the limiter and its answer.</summary>
    public RateLimitEvaluation Limits { get; } = new();

    /// <summary>The snapshot that decides over this request.</summary>
    public GatewaySnapshot Snapshot { get; set; } = GatewaySnapshot.Empty;

    /// <summary>The route, once matched.</summary>
    public CompiledRoute? Route { get; set; }

    /// <summary>The caller, once authenticated.</summary>
    public CallerRecord? Caller { get; set; }

    /// <summary>The verified token of the caller; null where none was looked at. A caller may have a key as well.</summary>
    public TokenCaller? Token { get; set; }

    /// <summary>Where the credential stood.</summary>
    public CredentialPlace CredentialPlace { get; set; }

    /// <summary>Address of the caller, as trusted proxies tell it.</summary>
    public IPAddress ClientIp { get; set; } = IPAddress.None;

    /// <summary>The address as the limiter counts it.</summary>
    public UInt128 ClientAddress { get; set; }

    /// <summary>True when the peer is a trusted proxy.</summary>
    public bool PeerTrusted { get; set; }

    /// <summary>True when the address failed to authenticate too often: only keys known in memory pass.</summary>
    public bool AddressBlocked { get; set; }

    /// <summary>Seconds until the address may try again; 0 unless blocked.</summary>
    public int AddressRetryAfterSeconds { get; set; }

    /// <summary>What <see cref="Edge.LoopMark"/> sends to the upstream.</summary>
    public string LoopMark { get; set; } = "";

    /// <summary>W3C <c>traceparent</c> for the upstream.</summary>
    public string TraceParent { get; set; } = "";

    /// <summary>W3C <c>tracestate</c> of the caller; null when there was no valid trace to continue.</summary>
    public string? TraceState { get; set; }

    /// <summary>True once a stage has refused the request.</summary>
    public bool Refused { get; set; }

    /// <summary>True for traffic that is proxied or would have been; false for the gateway's own surfaces.</summary>
    public bool Proxied { get; set; }

    /// <summary>The watch over an exchange that lives on after its answer began; null for all others.</summary>
    public IDisposable? Watch { get; set; }

    /// <summary>Why the gateway closed an exchange that was under way, as an error code; null when it did not.</summary>
    public string? ClosedBy { get; set; }

    /// <summary>Makes the object fit for the next request.</summary>
    public void Reset()
    {
        // First: after this nobody closes the exchange any more.
        Watch?.Dispose();
        Watch = null;
        ClosedBy = null;
        Snapshot = GatewaySnapshot.Empty;
        Route = null;
        Caller = null;
        Token = null;
        CredentialPlace = CredentialPlace.None;
        AddressBlocked = false;
        AddressRetryAfterSeconds = 0;
        TraceParent = "";
        TraceState = null;
        Refused = false;
        Proxied = false;
        Limits.Count = 0;
        Limits.Allowed = true;
        Limits.RetryAfterSeconds = 0;
        Limits.Degraded = false;
        ResetRecord(Record);
    }

    private static void ResetRecord(RequestRecord record)
    {
        record.ErrorCode = null;
        record.ErrorType = null;
        record.TenantId = Domain.SharedKernel.TenantId.Default.Value;
        record.RouteId = null;
        record.Api = null;
        record.UpstreamId = null;
        record.Destination = null;
        record.KeyId = null;
        record.SecretVersion = 0;
        record.ConsumerId = null;
        record.IssuerId = null;
        record.Subject = null;
        record.UserAgent = null;
        record.RequestBytes = 0;
        record.ResponseBytes = 0;
        record.UpstreamMicros = -1;
        record.KeySource = null;
        record.MissingScopes = null;
        record.Limits = null;
        record.Outcome = RequestOutcome.Proxied;
    }
}
