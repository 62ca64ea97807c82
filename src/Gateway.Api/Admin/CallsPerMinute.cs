using System.Collections.Concurrent;
using DataHub.Application.Abstractions;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Errors;

namespace DataHub.Gateway.Api.Admin;

/// <summary>Limits how often an identity may do something on this node: a full minute's worth at once, then as it refills.</summary>
/// <param name="what">What is limited, such as <c>tests</c>; endpoints that name the same share one count.</param>
/// <param name="limit">The setting: calls a minute.</param>
internal sealed class CallsPerMinute(string what, Func<IServiceProvider, int> limit) : IEndpointFilter
{
    /// <inheritdoc/>
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var services = context.HttpContext.RequestServices;
        var perMinute = limit(services);
        var wait = services.GetRequiredService<CallBuckets>().Take(what, services.GetRequiredService<WriteContext>().Actor.Id, perMinute);
        return wait <= TimeSpan.Zero
            ? await next(context)
            : new ProblemAnswer(new Problem(ErrorCodes.RateLimitExceeded, $"At most {perMinute} {what} a minute on one node; wait {Math.Ceiling(wait.TotalSeconds):0} s.")
            {
                RetryAfterSeconds = (int)Math.Ceiling(wait.TotalSeconds),
            });
    }
}

/// <summary>What identities have left of their calls on this node.</summary>
internal sealed class CallBuckets(TimeProvider clock)
{
    private const int MaxKept = 100_000;

    private readonly ConcurrentDictionary<(string What, string Actor), Bucket> _buckets = new();

    /// <summary>Takes one call out.</summary>
    /// <param name="what">What is limited.</param>
    /// <param name="actor">Printed id of the identity.</param>
    /// <param name="perMinute">Calls a minute.</param>
    /// <returns>Zero when it may be made; else the time until one may.</returns>
    public TimeSpan Take(string what, string actor, int perMinute)
    {
        if (_buckets.Count >= MaxKept)
        {
            _buckets.Clear();
        }

        return _buckets.GetOrAdd((what, actor), static (_, state) => new Bucket(state.perMinute, state.clock.GetTimestamp()), (perMinute, clock)).Take(perMinute, clock);
    }

    private sealed class Bucket(double tokens, long at)
    {
        private readonly Lock _gate = new();
        private double _tokens = tokens;
        private long _at = at;

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
