using DataHub.Application.Observability.Contracts;
using DataHub.Application.Routing.Contracts;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Access.Tokens;
using DataHub.Domain.Observability.RequestLogs;
using DataHub.Domain.Routing.Routes;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Observability.RequestLogs;

/// <summary>Turns stored rows into what the admin API shows.</summary>
internal static class RequestLogEntries
{
    public static RequestLogEntry Of(RequestLogRow row, GatewaySnapshot snapshot) => new()
    {
        Id = EntityId.Format(new RequestId(row.Id)),
        At = row.At,
        Method = row.Method,
        Host = row.Host,
        Path = row.Path,
        Query = row.Query,
        Protocol = row.Protocol,
        Status = row.Status,
        Outcome = WordOf(row.Outcome),
        Origin = row.Outcome == RequestOutcome.Proxied ? "upstream" : "gateway",
        DurationMs = row.DurationMicros / 1000d,
        UpstreamMs = row.UpstreamMicros / 1000d,
        Api = row.Api,
        Route = row.RouteId is { } route ? RouteOf(EntityId.Format(new RouteId(route)), snapshot) : null,
        Key = row.KeyId is { } key ? new LoggedKey(EntityId.Format(new ApiKeyId(key)), row.SecretVersion) : null,
        Consumer = row.ConsumerId is { } consumer ? new LoggedConsumer(EntityId.Format(new ConsumerId(consumer))) : null,
        Token = row.IssuerId is { } issuer ? new LoggedToken(EntityId.Format(new TokenIssuerId(issuer)), row.Subject ?? "") : null,
        UpstreamId = row.UpstreamId,
        Destination = row.Destination,
        ClientIp = row.ClientIp?.ToString(),
        UserAgent = row.UserAgent,
        RequestBytes = row.RequestBytes,
        ResponseBytes = row.ResponseBytes,
        TraceId = row.TraceId,
        SpanId = row.SpanId,
        Node = row.Node,
        Epoch = row.Epoch,
        Tier = row.Tier,
        Decisions = DecisionTrail.Of(row),
        Problem = row.ErrorCode is { } code ? new LoggedProblem(code, row.ErrorType, DecisionTrail.ViolatedPolicies(row)) : null,
    };

    /// <summary>The word of an outcome, as filters and answers spell it.</summary>
    public static string WordOf(RequestOutcome outcome) => outcome switch
    {
        RequestOutcome.Proxied => "proxied",
        RequestOutcome.Unauthenticated => "unauthenticated",
        RequestOutcome.Forbidden => "forbidden",
        RequestOutcome.RateLimited => "rate_limited",
        RequestOutcome.NoRoute => "no_route",
        RequestOutcome.Refused => "refused",
        RequestOutcome.UpstreamFailed => "upstream_failed",
        RequestOutcome.ClientClosed => "client_closed",
        _ => "unknown",
    };

    // The log keeps ids only; a name is what the route is called now.
    private static LoggedRoute RouteOf(string id, GatewaySnapshot snapshot) =>
        new(id, snapshot.Routes.TryGetValue(id, out var route) ? route.Name : null);
}
