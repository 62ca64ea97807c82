using System.Diagnostics.CodeAnalysis;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Application.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>
/// The scheduler's memory: which endpoints have something due and may be called, and how many slots are taken. An endpoint that hangs holds no more
/// slots than its cap; what waits for it is never looked at while it may not be called.
/// </summary>
/// <param name="slots">Most attempts of this node.</param>
internal sealed partial class EndpointBoard(int slots)
{
    private const int MostOfOne = 50;

    private readonly Lock _gate = new();
    private readonly Dictionary<SubscriptionId, Endpoint> _endpoints = [];
    private readonly PriorityQueue<Endpoint, DateTimeOffset> _later = new();
    private readonly HashSet<Endpoint> _unknown = [];
    private readonly HashSet<Endpoint> _dirty = [];
    private readonly int[] _inFlight = new int[LaneShares.Lanes];
    private readonly int[] _waiting = new int[LaneShares.Lanes];

    /// <summary>Something may be due at an endpoint.</summary>
    /// <param name="id">The endpoint.</param>
    /// <param name="lane">In which lane.</param>
    /// <param name="crowd">Whether it is one of many that became due together.</param>
    /// <returns>True when that was not known.</returns>
    public bool Mark(SubscriptionId id, DeliveryLane lane, bool crowd = false)
    {
        lock (_gate)
        {
            if (!_endpoints.TryGetValue(id, out var endpoint))
            {
                _endpoints[id] = endpoint = new Endpoint(id);
                _unknown.Add(endpoint);
            }

            var news = !endpoint.Due[(int)lane];
            Join(endpoint, crowd);
            SetDue(endpoint, (int)lane, true);
            Enqueue(endpoint);
            return news;
        }
    }

    /// <summary>
    /// Claims nothing more for endpoints that other nodes look after now, or that are no longer there, and forgets those of which nothing is under way
    /// and all is stored; the others are for the next call.
    /// </summary>
    /// <param name="isMine">Whether an endpoint belongs to this node still.</param>
    public void Forget(Func<SubscriptionId, bool> isMine)
    {
        lock (_gate)
        {
            foreach (var endpoint in _endpoints.Values.Where(e => !isMine(e.Id)).ToList())
            {
                Array.ForEach([0, 1, 2], lane => SetDue(endpoint, lane, false));
                if (endpoint.InFlight == 0 && !_dirty.Contains(endpoint))
                {
                    _endpoints.Remove(endpoint.Id);
                    _unknown.Remove(endpoint);
                }
            }
        }
    }

    /// <summary>The next endpoint that may be called.</summary>
    /// <param name="now">By the database's clock.</param>
    /// <param name="endpoint">The endpoint.</param>
    public bool TryNext(DateTimeOffset now, [NotNullWhen(true)] out Endpoint? endpoint)
    {
        lock (_gate)
        {
            while (_later.TryPeek(out var rested, out var at) && at <= now)
            {
                _later.Dequeue();
                Enqueue(rested);
            }

            while (TryTake(out endpoint))
            {
                if (endpoint.AnyDue && MayCall(endpoint, now))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>When the next endpoint that rests may be called; null: none rests.</summary>
    public DateTimeOffset? NextAt()
    {
        lock (_gate)
        {
            return _later.TryPeek(out _, out var at) ? at : null;
        }
    }

    /// <summary>Holds slots for an endpoint.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="target">The subscription.</param>
    /// <param name="now">By the database's clock.</param>
    /// <returns>Null when there are none just now.</returns>
    public Reservation? Reserve(Endpoint endpoint, SubscriptionTarget target, DateTimeOffset now)
    {
        lock (_gate)
        {
            var cap = target.Order == DeliveryOrder.Fifo ? 1 : target.MaxConcurrency;
            var free = Math.Min(cap - endpoint.InFlight, MostOfOne);
            if (free > 0 && target.RatePerSecond is { } rate)
            {
                free = Math.Min(free, endpoint.Rate.Available(rate, now));
                if (free <= 0)
                {
                    Rest(endpoint, now + endpoint.Rate.Wait);
                }
            }

            // At its cap it is looked at again when a slot gets free.
            return free > 0 ? ReserveLanes(endpoint, target, now, free) : null;
        }
    }

    /// <summary>Takes in what a claim brought; slots that were not used are free again.</summary>
    /// <param name="reservation">What was reserved.</param>
    /// <param name="claimed">How many were claimed, by lane.</param>
    public void Settle(Reservation reservation, ReadOnlySpan<int> claimed)
    {
        lock (_gate)
        {
            var (endpoint, unused) = (reservation.Endpoint, 0);
            endpoint.Claiming = false;
            for (var lane = 0; lane < LaneShares.Lanes; lane++)
            {
                var missing = reservation.Lanes[lane] - claimed[lane];
                _inFlight[lane] -= missing;
                unused += missing;
                if (missing > 0 && !reservation.Fifo)
                {
                    SetDue(endpoint, lane, false);
                }
            }

            var all = claimed[0] + claimed[1] + claimed[2];
            if (reservation.Fifo && all == 0)
            {
                Array.ForEach([0, 1, 2], lane => SetDue(endpoint, lane, false));
            }

            endpoint.InFlight -= unused;
            endpoint.Rate.Take(-unused);
            if (all == 0)
            {
                endpoint.Breaker.Abandon(reservation.Pass);
            }

            Enqueue(endpoint);
        }
    }

    /// <summary>Nothing of an endpoint is to be claimed: it is disabled or gone. Its record begins anew when it is back.</summary>
    /// <param name="endpoint">The endpoint.</param>
    public void Hold(Endpoint endpoint)
    {
        lock (_gate)
        {
            Array.ForEach([0, 1, 2], lane => SetDue(endpoint, lane, false));
            BeginAnew(endpoint);
        }
    }

    /// <summary>Gives back the slot of an attempt.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="lane">The lane that its slot is of.</param>
    public void Release(Endpoint endpoint, DeliveryLane lane)
    {
        lock (_gate)
        {
            _inFlight[(int)lane]--;
            endpoint.InFlight--;
            Enqueue(endpoint);
            Feed();
        }
    }

    // One that rests is looked at again when its time has come; one whose probe is under way, when that is done.
    private bool MayCall(Endpoint endpoint, DateTimeOffset now)
    {
        if (!endpoint.Loaded || endpoint.Claiming || endpoint.RestsUntil > now)
        {
            return false;
        }

        var until = endpoint.NotBefore;
        if (endpoint.Breaker.State is { Phase: BreakerPhase.Open, OpenUntil: { } opens } && opens > until)
        {
            until = opens;
        }

        if (until > now)
        {
            Rest(endpoint, until);
            return false;
        }

        return !endpoint.Breaker.Refuses(now);
    }

    private void Rest(Endpoint endpoint, DateTimeOffset until)
    {
        endpoint.RestsUntil = until;
        _later.Enqueue(endpoint, until);
    }

    private Reservation? ReserveLanes(Endpoint endpoint, SubscriptionTarget target, DateTimeOffset now, int free)
    {
        Span<int> split = stackalloc int[LaneShares.Lanes];
        Span<bool> waiting = stackalloc bool[LaneShares.Lanes];
        for (var lane = 0; lane < LaneShares.Lanes; lane++)
        {
            waiting[lane] = _waiting[lane] > 0;
        }

        var single = target.Order == DeliveryOrder.Fifo || endpoint.Breaker.State.Phase != BreakerPhase.Closed;
        LaneShares.Split(single ? 1 : free, endpoint.Due, split);
        var held = 0;
        for (var lane = 0; lane < LaneShares.Lanes; lane++)
        {
            split[lane] = Math.Min(split[lane], LaneShares.Free((DeliveryLane)lane, slots, _inFlight, waiting));
            held += split[lane];
            _inFlight[lane] += split[lane];
        }

        if (held == 0)
        {
            Starve(endpoint); // The node's slots are all taken.
            return null;
        }

        var pass = endpoint.Breaker.TryEnter(now);
        endpoint.Claiming = true;
        endpoint.InFlight += held;
        endpoint.Rate.Take(held);
        return new Reservation(endpoint, target, pass, split.ToArray());
    }

    private void SetDue(Endpoint endpoint, int lane, bool due)
    {
        if (endpoint.Due[lane] != due)
        {
            endpoint.Due[lane] = due;
            _waiting[lane] += due ? 1 : -1;
        }
    }
}
