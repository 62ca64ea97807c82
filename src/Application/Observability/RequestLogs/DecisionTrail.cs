using DataHub.Application.Observability.Contracts;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Routing.Routes;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Observability.RequestLogs;

/// <summary>Tells a stored row as the steps of the request path, in the order in which they were taken.</summary>
public static class DecisionTrail
{
    /// <summary>The steps of one request; the last is the one that ended it.</summary>
    /// <param name="row">A stored row.</param>
    /// <returns>At least one step.</returns>
    public static IReadOnlyList<DecisionStep> Of(RequestLogRow row)
    {
        var steps = new List<DecisionStep>();
        if (row.RouteId is { } route)
        {
            steps.Add(new DecisionStep("route", "matched") { By = EntityId.Format(new RouteId(route)) });
        }
        else
        {
            // A request without a route was refused before one could be looked for, or found none.
            steps.Add(row.Outcome == RequestOutcome.NoRoute
                ? new DecisionStep("route", "none") { Code = row.ErrorCode }
                : new DecisionStep("edge", row.Outcome == RequestOutcome.ClientClosed ? "aborted" : "denied") { Code = row.ErrorCode });
            return steps;
        }

        steps.Add(Authentication(row));
        if (steps[^1].Result is "denied" or "failed")
        {
            return steps;
        }

        var (limits, degraded) = LimitTrail.Parse(row.Limits);
        steps.AddRange(limits.Select(limit => Limit(limit, degraded, row)));
        if (row.Outcome == RequestOutcome.RateLimited)
        {
            if (!limits.Any(l => l.Denied && !l.Shadow))
            {
                steps.Add(new DecisionStep("limit", "denied") { Code = row.ErrorCode });
            }

            return steps;
        }

        if (row.MissingScopes is { } missing)
        {
            steps.Add(new DecisionStep("scope", "denied") { Code = row.ErrorCode, Missing = missing });
            return steps;
        }

        steps.Add(Forward(row));
        return steps;
    }

    /// <summary>The names of the limits that refused; null when none did.</summary>
    /// <param name="row">A stored row.</param>
    public static IReadOnlyList<string>? ViolatedPolicies(RequestLogRow row)
    {
        var names = LimitTrail.Parse(row.Limits).Limits.Where(l => l.Denied && !l.Shadow).Select(l => l.Name).ToList();
        return names.Count > 0 ? names : null;
    }

    private static DecisionStep Authentication(RequestLogRow row)
    {
        var key = row.KeyId is { } id ? EntityId.Format(new ApiKeyId(id)) : null;
        var denied = row.Outcome == RequestOutcome.Unauthenticated || (row.Outcome == RequestOutcome.Forbidden && row.MissingScopes is null);
        if (denied)
        {
            return new DecisionStep("authenticate", "denied") { By = key, Code = row.ErrorCode, Source = row.KeySource };
        }

        if (row.ErrorCode == ErrorCodes.StoreUnavailable && key is null)
        {
            return new DecisionStep("authenticate", "failed") { Code = row.ErrorCode };
        }

        if (key is null && row.KeySource is { } source && source.StartsWith("token", StringComparison.Ordinal))
        {
            return new DecisionStep("authenticate", "ok") { By = row.ConsumerId is { } consumer ? EntityId.Format(new ConsumerId(consumer)) : null, Source = source };
        }

        return key is null
            ? new DecisionStep("authenticate", "not_required")
            : new DecisionStep("authenticate", "ok") { By = key, Source = row.KeySource };
    }

    private static DecisionStep Limit(LimitMark limit, bool degraded, RequestLogRow row)
    {
        var result = limit switch
        {
            { Denied: true, Shadow: true } => "shadow_denied",
            { Denied: true } => "denied",
            _ => "allowed",
        };
        return new DecisionStep("limit", result)
        {
            Policy = limit.Name,
            Limit = limit.Limit,
            WindowSeconds = limit.WindowSeconds,
            Remaining = limit.Remaining,
            ResetSeconds = limit.ResetSeconds,
            Degraded = degraded ? true : null,
            Code = result == "denied" ? row.ErrorCode : null,
        };
    }

    private static DecisionStep Forward(RequestLogRow row)
    {
        var result = row.Outcome switch
        {
            RequestOutcome.Proxied => "ok",
            RequestOutcome.ClientClosed => "aborted",
            RequestOutcome.UpstreamFailed => "failed",
            _ => "denied",
        };
        return new DecisionStep("forward", result)
        {
            By = row.UpstreamId,
            Destination = row.Destination,
            Code = row.ErrorCode,
            TookMs = row.UpstreamMicros is { } micros ? micros / 1000d : null,
        };
    }
}
