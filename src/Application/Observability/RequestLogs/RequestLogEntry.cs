using System.Text.Json.Serialization;

namespace DataHub.Application.Observability.RequestLogs;

/// <summary>One request as the admin API shows it.</summary>
public sealed record RequestLogEntry
{
    /// <summary>The printed id, <c>req_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>UTC instant of the request's head.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Request method.</summary>
    public required string Method { get; init; }

    /// <summary>Host as the caller named it.</summary>
    public required string Host { get; init; }

    /// <summary>Path as received.</summary>
    public required string Path { get; init; }

    /// <summary>Query with secret values replaced.</summary>
    public required string Query { get; init; }

    /// <summary>HTTP version.</summary>
    public required string Protocol { get; init; }

    /// <summary>Status that the caller got; 499 when it went away before.</summary>
    public required int Status { get; init; }

    /// <summary>How it ended: <c>proxied</c>, <c>unauthenticated</c>, <c>forbidden</c>, <c>rate_limited</c>, <c>no_route</c>, <c>refused</c>, <c>upstream_failed</c>, <c>client_closed</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>Who gave the answer: <c>gateway</c> or <c>upstream</c>.</summary>
    public required string Origin { get; init; }

    /// <summary>Milliseconds from the head of the request to the end of the answer.</summary>
    public required double DurationMs { get; init; }

    /// <summary>Milliseconds that the upstream took of it; null when it was not asked.</summary>
    public required double? UpstreamMs { get; init; }

    /// <summary>Slug of the API; null when no route took the request.</summary>
    public required string? Api { get; init; }

    /// <summary>The route; null when none took the request.</summary>
    public required LoggedRoute? Route { get; init; }

    /// <summary>The key; null when no secret matched.</summary>
    public required LoggedKey? Key { get; init; }

    /// <summary>The consumer; null when no secret matched.</summary>
    public required LoggedConsumer? Consumer { get; init; }

    /// <summary>The caller's token; null when there was none, or none that was verified.</summary>
    public required LoggedToken? Token { get; init; }

    /// <summary>The upstream that was asked, or null.</summary>
    public required string? UpstreamId { get; init; }

    /// <summary>The destination that was asked, or null.</summary>
    public required string? Destination { get; init; }

    /// <summary>Address of the caller.</summary>
    public required string? ClientIp { get; init; }

    /// <summary>User-Agent of the caller.</summary>
    public required string? UserAgent { get; init; }

    /// <summary>Bytes of the request body that were read.</summary>
    public required long RequestBytes { get; init; }

    /// <summary>Bytes of the response body that were sent.</summary>
    public required long ResponseBytes { get; init; }

    /// <summary>W3C trace id.</summary>
    public required string? TraceId { get; init; }

    /// <summary>W3C span id of the gateway.</summary>
    public required string? SpanId { get; init; }

    /// <summary>Name of the node that took the request.</summary>
    public required string? Node { get; init; }

    /// <summary>Epoch of the configuration that decided.</summary>
    public required long Epoch { get; init; }

    /// <summary>Name of the tier whose limits applied; null when none was asked.</summary>
    public required string? Tier { get; init; }

    /// <summary>Every step of the request path, in order, with what it decided.</summary>
    public required IReadOnlyList<DecisionStep> Decisions { get; init; }

    /// <summary>What the caller was told; null when the upstream answered.</summary>
    public required LoggedProblem? Problem { get; init; }
}

/// <summary>The route of a logged request.</summary>
/// <param name="Id">The printed id.</param>
/// <param name="Name">Its name now; null when it no longer exists.</param>
public sealed record LoggedRoute(string Id, string? Name);

/// <summary>The key of a logged request.</summary>
/// <param name="Id">The printed id.</param>
/// <param name="SecretVersion">Which secret of the key, counted from 1.</param>
public sealed record LoggedKey(string Id, int SecretVersion);

/// <summary>The consumer of a logged request.</summary>
/// <param name="Id">The printed id.</param>
public sealed record LoggedConsumer(string Id);

/// <summary>The token of an identity provider that came with a logged request.</summary>
/// <param name="IssuerId">The printed id of its issuer.</param>
/// <param name="Subject">Whom it stands for: <c>sub</c>, else <c>client_id</c> or <c>azp</c>; empty for nobody.</param>
public sealed record LoggedToken(string IssuerId, string Subject);

/// <summary>The refusal or failure of a logged request.</summary>
/// <param name="Code">The stable code.</param>
/// <param name="ErrorType">The forwarder's own word for a failure; null for none.</param>
/// <param name="ViolatedPolicies">Names of the limits that refused; null unless some did.</param>
public sealed record LoggedProblem(
    string Code,
    string? ErrorType,
    [property: JsonPropertyName("violated-policies"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? ViolatedPolicies);

/// <summary>What one step of the request path decided. Only the members that mean something for the step are present.</summary>
/// <param name="Step"><c>edge</c>, <c>route</c>, <c>authenticate</c>, <c>limit</c>, <c>scope</c> or <c>forward</c>.</param>
/// <param name="Result"><c>matched</c>, <c>none</c>, <c>ok</c>, <c>not_required</c>, <c>denied</c>, <c>shadow_denied</c>, <c>allowed</c>, <c>failed</c> or <c>aborted</c>.</param>
public sealed record DecisionStep(string Step, string Result)
{
    /// <summary>The id of what decided: route, key or upstream.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? By { get; init; }

    /// <summary>The code of a denial or failure.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Code { get; init; }

    /// <summary>Where the key's record came from: <c>l1</c>, <c>l2</c>, <c>db</c>, <c>stale</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Source { get; init; }

    /// <summary>Name of the limit.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Policy { get; init; }

    /// <summary>Units per window of the limit.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Limit { get; init; }

    /// <summary>Window of the limit, in seconds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? WindowSeconds { get; init; }

    /// <summary>Units that were left after the decision.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Remaining { get; init; }

    /// <summary>Seconds until more units came.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ResetSeconds { get; init; }

    /// <summary>True when the shared store was away and the node's share decided.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Degraded { get; init; }

    /// <summary>Scopes that the caller lacked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Missing { get; init; }

    /// <summary>The destination that was asked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Destination { get; init; }

    /// <summary>Milliseconds that the step took, where it was measured.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? TookMs { get; init; }
}
