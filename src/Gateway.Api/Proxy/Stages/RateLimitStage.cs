using DataHub.Application.Routing.Contracts;
using DataHub.Application.Traffic.Contracts;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Errors;
using DataHub.Gateway.Api.Traffic.RateLimits;

namespace DataHub.Gateway.Api.Proxy.Stages;

/// <summary>Stage 5: asks the limiter over all limits of the request at once, and shows the caller where it stands.</summary>
internal sealed class RateLimitStage(RequestDelegate next, IRateLimitPolicy limiter, IGatewaySnapshotSource snapshots, TimeProvider clock)
{
    private static readonly TimeSpan CatchUpLimit = TimeSpan.FromSeconds(1);

    /// <summary>Runs the stage.</summary>
    /// <param name="context">The request.</param>
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Features.Get<GatewayRequest>()!;
        return TierOf(request) is { } tier ? LimitAsync(context, request, tier) : CatchUpAsync(context, request);
    }

    // A key can reach a node a moment before its new tier does; the default tier would count it in the wrong cells meanwhile.
    private async Task CatchUpAsync(HttpContext context, GatewayRequest request)
    {
        try
        {
            await snapshots.CatchUpAsync(context.RequestAborted).WaitAsync(CatchUpLimit, clock, context.RequestAborted);
        }
        catch (TimeoutException)
        {
            // The default tier decides.
        }

        request.Snapshot = snapshots.Current;
        await LimitAsync(context, request, TierOf(request) ?? request.Snapshot.DefaultTier);
    }

    private Task LimitAsync(HttpContext context, GatewayRequest request, CompiledTier tier)
    {
        if (tier.Limits.Count == 0)
        {
            return next(context);
        }

        var limits = request.Limits;
        limits.Tier = tier;
        limits.KeyId = request.Caller?.KeyId.Value ?? request.Token?.LimitSubject ?? default;
        limits.ConsumerId = request.Caller?.ConsumerId.Value ?? request.Token?.LimitSubject ?? default;
        limits.TenantId = request.Record.TenantId;
        limits.RouteId = request.Route!.Id;
        limits.ClientAddress = request.ClientAddress;
        var decision = limiter.DecideAsync(limits, context.RequestAborted);
        return decision.IsCompletedSuccessfully
            ? ProceedAsync(context, request, decision.Result)
            : WaitAsync(context, request, decision);
    }

    private async Task WaitAsync(HttpContext context, GatewayRequest request, ValueTask<bool> decision) =>
        await ProceedAsync(context, request, await decision);

    private Task ProceedAsync(HttpContext context, GatewayRequest request, bool allowed)
    {
        request.Record.Limits = request.Limits;
        RateLimitHeaders.Apply(context.Response.Headers, request.Limits, request.Record.At.ToUnixTimeSeconds());
        return allowed ? next(context) : RefuseAsync(context, request);
    }

    // The route's tier wins over the key's; without a key only a route's own tier limits, by address. Null: a tier not known here yet.
    private static CompiledTier? TierOf(GatewayRequest request)
    {
        if (request.Route!.TierOverride is { } own)
        {
            return own;
        }

        if (request.Caller is null && request.Token is null)
        {
            return CompiledTier.Unlimited;
        }

        return (request.Caller is { } caller ? caller.TierId : request.Token!.TierId) is not { } id ? request.Snapshot.DefaultTier : request.Snapshot.Tiers.GetValueOrDefault(id);
    }

    private static Task RefuseAsync(HttpContext context, GatewayRequest request)
    {
        var limits = request.Limits;
        var violated = new List<string>();
        for (var i = 0; i < limits.Count; i++)
        {
            if (limits[i].Denied && !limits.Tier.Compiled[i].Shadow)
            {
                violated.Add(limits.Tier.Limits[i].Name);
            }
        }

        var seconds = Math.Max(1, limits.RetryAfterSeconds);
        if (limits.Count == 0)
        {
            // RateLimits:OnStoreFailure is deny, and nobody can say how much is left.
            return context.RefuseAsync(request, new Problem(ErrorCodes.StoreUnavailable, "The limits cannot be checked at the moment; try again shortly.") { RetryAfterSeconds = seconds });
        }

        return context.RefuseAsync(request, new Problem(ErrorCodes.RateLimitExceeded, $"The limit '{string.Join("', '", violated)}' of tier '{limits.Tier.Name}' is used up; wait {seconds} s.")
        {
            RetryAfterSeconds = seconds,
            ViolatedPolicies = violated,
        });
    }
}
