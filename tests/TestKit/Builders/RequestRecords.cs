using System.Net;
using DataHub.Application.Observability.Contracts;
using DataHub.Application.Traffic.Contracts;

namespace DataHub.TestKit.Builders;

/// <summary>Valid records of requests.</summary>
public static class RequestRecords
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A proxied GET with a key and two limits.</summary>
    public static RequestRecord Proxied(DateTimeOffset? at = null) => new()
    {
        Id = Guid.CreateVersion7(at ?? Noon),
        At = at ?? Noon,
        Method = "GET",
        Host = "api.example.com",
        Path = "/gateway/orders/v1/orders",
        Query = "page=2",
        Protocol = "HTTP/1.1",
        Status = 200,
        Outcome = RequestOutcome.Proxied,
        RouteId = RouteId,
        Api = "orders",
        UpstreamId = "ups_01k00000000000000000000000",
        Destination = "a",
        KeyId = KeyId,
        SecretVersion = 1,
        ConsumerId = ConsumerId,
        IssuerId = IssuerId,
        Subject = "alice",
        ClientIp = IPAddress.Parse("203.0.113.9"),
        UserAgent = "acme-sync/2.1",
        RequestBytes = 0,
        ResponseBytes = 312,
        DurationMicros = 1800,
        UpstreamMicros = 1500,
        TraceId = Guid.Parse("4bf92f3577b34da6a3ce929d0e0e4736"),
        SpanId = 0xf0f067aa0ba902b7,
        Epoch = 7,
        KeySource = "l1",
        Limits = Limits(allowed: true),
    };

    /// <summary>A request that the limit <c>minute</c> refused.</summary>
    public static RequestRecord RateLimited(DateTimeOffset? at = null)
    {
        var record = Proxied(at);
        (record.Status, record.Outcome, record.ErrorCode) = (429, RequestOutcome.RateLimited, "rate_limit_exceeded");
        (record.UpstreamMicros, record.UpstreamId, record.Destination, record.Limits) = (-1, null, null, Limits(allowed: false));
        return record;
    }

    public static Guid RouteId { get; } = Guid.Parse("01890000-0000-7000-8000-000000000001");

    public static Guid KeyId { get; } = Guid.Parse("01890000-0000-7000-8000-000000000002");

    public static Guid ConsumerId { get; } = Guid.Parse("01890000-0000-7000-8000-000000000003");

    public static Guid IssuerId { get; } = Guid.Parse("01890000-0000-7000-8000-000000000004");

    public static RateLimitEvaluation Limits(bool allowed)
    {
        var limits = new RateLimitEvaluation
        {
            Tier = new CompiledTier(default, "free", true,
            [
                new LimitDocument("minute", 600, 60, "sliding-window", "key", 1, "enforce"),
                new LimitDocument("burst", 20, 1, "token-bucket", "key", 1, "shadow"),
            ]),
            Count = 2,
            Allowed = allowed,
            RetryAfterSeconds = allowed ? 0 : 23,
        };
        limits[0] = new LimitReading { Remaining = allowed ? 599 : 0, ResetSeconds = 23, Denied = !allowed };
        limits[1] = new LimitReading { Remaining = 7, ResetSeconds = 1 };
        return limits;
    }
}
