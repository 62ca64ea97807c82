using System.Net;
using DataHub.Application.Observability.Contracts;

namespace DataHub.Application.Observability.RequestLogs;

/// <summary>A row of the request log as it is stored.</summary>
public sealed record RequestLogRow
{
    /// <summary>UTC instant of the request's head, to the microsecond.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The request id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Microseconds of the whole request.</summary>
    public required long DurationMicros { get; init; }

    /// <summary>Microseconds of the upstream; null when it was not asked.</summary>
    public required long? UpstreamMicros { get; init; }

    /// <summary>Bytes read from the caller.</summary>
    public required long RequestBytes { get; init; }

    /// <summary>Bytes sent to the caller.</summary>
    public required long ResponseBytes { get; init; }

    /// <summary>Configuration epoch.</summary>
    public required long Epoch { get; init; }

    /// <summary>Status.</summary>
    public required int Status { get; init; }

    /// <summary>How it ended.</summary>
    public required RequestOutcome Outcome { get; init; }

    /// <summary>Secret of the key; 0 for none.</summary>
    public required int SecretVersion { get; init; }

    /// <summary>The route, or null.</summary>
    public required Guid? RouteId { get; init; }

    /// <summary>The key, or null.</summary>
    public required Guid? KeyId { get; init; }

    /// <summary>The consumer, or null.</summary>
    public required Guid? ConsumerId { get; init; }

    /// <summary>The issuer of the caller's token, or null.</summary>
    public required Guid? IssuerId { get; init; }

    /// <summary>The subject of the caller's token, or null.</summary>
    public required string? Subject { get; init; }

    /// <summary>Trace id, or null.</summary>
    public required string? TraceId { get; init; }

    /// <summary>Span id, or null.</summary>
    public required string? SpanId { get; init; }

    /// <summary>Address of the caller, or null.</summary>
    public required IPAddress? ClientIp { get; init; }

    /// <summary>Method.</summary>
    public required string Method { get; init; }

    /// <summary>Host.</summary>
    public required string Host { get; init; }

    /// <summary>Path.</summary>
    public required string Path { get; init; }

    /// <summary>Query; empty for none.</summary>
    public required string Query { get; init; }

    /// <summary>HTTP version.</summary>
    public required string Protocol { get; init; }

    /// <summary>Code of a refusal, or null.</summary>
    public required string? ErrorCode { get; init; }

    /// <summary>The forwarder's word, or null.</summary>
    public required string? ErrorType { get; init; }

    /// <summary>Slug of the API, or null.</summary>
    public required string? Api { get; init; }

    /// <summary>The upstream, or null.</summary>
    public required string? UpstreamId { get; init; }

    /// <summary>The destination, or null.</summary>
    public required string? Destination { get; init; }

    /// <summary>User-Agent, or null.</summary>
    public required string? UserAgent { get; init; }

    /// <summary>Node, or null.</summary>
    public required string? Node { get; init; }

    /// <summary>Source of the key's record, or null.</summary>
    public required string? KeySource { get; init; }

    /// <summary>Name of the tier, or null.</summary>
    public required string? Tier { get; init; }

    /// <summary>The limiter's answer in the form of <see cref="LimitTrail"/>, or null.</summary>
    public required string? Limits { get; init; }

    /// <summary>Scopes that were missing, or null.</summary>
    public required string[]? MissingScopes { get; init; }
}
