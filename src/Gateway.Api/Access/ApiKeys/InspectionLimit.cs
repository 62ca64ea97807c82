using System.Collections.Concurrent;
using DataHub.Application.Abstractions;
using DataHub.Application.Access.ApiKeys;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Errors;

namespace DataHub.Gateway.Api.Access.ApiKeys;

/// <summary>Limits how often an identity may ask after secrets on this node: a full minute's worth at once, then as it refills.</summary>
/// <param name="limit">The setting: calls a minute.</param>
internal sealed class InspectionLimit(Func<KeyInspectionOptions, int> limit) : IEndpointFilter
{
    private readonly ConcurrentDictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var services = context.HttpContext.RequestServices;
        var clock = services.GetRequiredService<TimeProvider>();
        var actor = services.GetRequiredService<WriteContext>().Actor.Id;
        var perMinute = limit(services.GetRequiredService<KeyInspectionOptions>());
        var wait = _buckets.GetOrAdd(actor, static (_, state) => new Bucket(state.perMinute, state.clock.GetTimestamp()), (perMinute, clock)).Take(perMinute, clock);
        if (wait <= TimeSpan.Zero)
        {
            return await next(context);
        }

        await context.HttpContext.WriteProblemAsync(new Problem(ErrorCodes.RateLimitExceeded, $"At most {perMinute} such calls a minute on one node.")
        {
            RetryAfterSeconds = (int)Math.Ceiling(wait.TotalSeconds),
        });
        return Results.Empty;
    }

    private sealed class Bucket(double tokens, long at)
    {
        private readonly Lock _gate = new();
        private double _tokens = tokens;
        private long _at = at;

        /// <summary>Takes one call out.</summary>
        /// <returns>Zero when it may be made; else the time until one may.</returns>
        public TimeSpan Take(int perMinute, TimeProvider clock)
        {
            lock (_gate)
            {
                var now = clock.GetTimestamp();
                _tokens = Math.Min(perMinute, _tokens + (clock.GetElapsedTime(_at, now).TotalMinutes * perMinute));
                _at = now;
                if (_tokens < 1)
                {
                    return TimeSpan.FromMinutes((1 - _tokens) / perMinute);
                }

                _tokens--;
                return TimeSpan.Zero;
            }
        }
    }
}
