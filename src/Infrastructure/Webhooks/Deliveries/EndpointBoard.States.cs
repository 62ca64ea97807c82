using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>What the board knows of endpoints beyond the schedule: read when it meets one, stored with results.</summary>
internal sealed partial class EndpointBoard
{
    /// <summary>Attempts under way.</summary>
    public int InFlight
    {
        get
        {
            lock (_gate)
            {
                return _inFlight.Sum();
            }
        }
    }

    /// <summary>Endpoints by the state of their breaker.</summary>
    public (int Closed, int Open, int HalfOpen) Breakers()
    {
        lock (_gate)
        {
            var open = _endpoints.Values.Count(e => e.Breaker.State.Phase == BreakerPhase.Open);
            var half = _endpoints.Values.Count(e => e.Breaker.State.Phase == BreakerPhase.HalfOpen);
            return (_endpoints.Count - open - half, open, half);
        }
    }

    /// <summary>Whether an endpoint may be called, as far as its rest and its breaker go.</summary>
    /// <param name="id">The endpoint.</param>
    /// <param name="now">By the database's clock.</param>
    public bool MayCall(SubscriptionId id, DateTimeOffset now)
    {
        lock (_gate)
        {
            return !_endpoints.TryGetValue(id, out var endpoint) || (now >= endpoint.NotBefore && !endpoint.Breaker.Refuses(now));
        }
    }

    /// <summary>Version of the subscription whose 410 makes an endpoint wait; null: it does not wait for that.</summary>
    /// <param name="id">The endpoint.</param>
    public long? GoneVersion(SubscriptionId id)
    {
        lock (_gate)
        {
            return _endpoints.TryGetValue(id, out var endpoint) && endpoint.GoneVersion > 0 ? endpoint.GoneVersion : null;
        }
    }

    /// <summary>Ends the wait that a 410 began.</summary>
    /// <param name="id">The endpoint.</param>
    public void Resume(SubscriptionId id)
    {
        lock (_gate)
        {
            if (_endpoints.TryGetValue(id, out var endpoint) && endpoint.GoneVersion > 0)
            {
                (endpoint.GoneVersion, endpoint.NotBefore, endpoint.RestsUntil) = (0, default, default);
                _dirty.Add(endpoint);
                Enqueue(endpoint);
            }
        }
    }

    /// <summary>Endpoints that failed since their last success.</summary>
    public IReadOnlyList<SubscriptionId> Failing()
    {
        lock (_gate)
        {
            return [.. _endpoints.Values.Where(e => e.Health.Failures > 0).Select(e => e.Id)];
        }
    }

    /// <summary>Begins the record of an endpoint anew.</summary>
    /// <param name="id">The endpoint.</param>
    public void BeginAnew(SubscriptionId id)
    {
        lock (_gate)
        {
            if (_endpoints.TryGetValue(id, out var endpoint))
            {
                BeginAnew(endpoint);
            }
        }
    }

    /// <summary>Whether anything is remembered of an endpoint.</summary>
    /// <param name="id">The endpoint.</param>
    public bool Knows(SubscriptionId id)
    {
        lock (_gate)
        {
            return _endpoints.ContainsKey(id);
        }
    }

    /// <summary>Endpoints whose stored state is not known yet.</summary>
    public IReadOnlyList<SubscriptionId> Unknown()
    {
        lock (_gate)
        {
            return [.. _unknown.Select(e => e.Id)];
        }
    }

    /// <summary>Takes over what is stored of endpoints.</summary>
    /// <param name="asked">Those that were asked for.</param>
    /// <param name="states">What is stored; nothing for those that never had an attempt.</param>
    public void Adopt(IReadOnlyList<SubscriptionId> asked, IReadOnlyList<EndpointState> states)
    {
        var byId = states.ToDictionary(s => s.Id);
        lock (_gate)
        {
            foreach (var id in asked)
            {
                if (_endpoints.TryGetValue(id, out var endpoint) && _unknown.Remove(endpoint))
                {
                    endpoint.Adopt(byId.GetValueOrDefault(id));
                    Enqueue(endpoint);
                }
            }
        }
    }

    /// <summary>Changes what is known of an endpoint; it is stored with the next results.</summary>
    /// <typeparam name="T">The result.</typeparam>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="change">The change; tells whether it is worth storing.</param>
    public T Update<T>(Endpoint endpoint, Func<Endpoint, (T Result, bool Store)> change)
    {
        lock (_gate)
        {
            var (result, store) = change(endpoint);
            if (store)
            {
                _dirty.Add(endpoint);
            }

            return result;
        }
    }

    /// <summary>States that are newer than what is stored; they count as stored from now on.</summary>
    public IReadOnlyList<EndpointState> TakeDirty()
    {
        lock (_gate)
        {
            EndpointState[] states = [.. _dirty.Select(e => e.State)];
            _dirty.Clear();
            return states;
        }
    }

    /// <summary>States could not be stored after all.</summary>
    /// <param name="states">The states.</param>
    public void KeepDirty(IReadOnlyList<EndpointState> states)
    {
        lock (_gate)
        {
            foreach (var state in states)
            {
                if (_endpoints.TryGetValue(state.Id, out var endpoint))
                {
                    _dirty.Add(endpoint);
                }
            }
        }
    }

    private void BeginAnew(Endpoint endpoint)
    {
        if (endpoint.Health.Failures > 0)
        {
            endpoint.Health = endpoint.Health.Reset();
            _dirty.Add(endpoint);
        }
    }
}
