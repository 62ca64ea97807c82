using DataHub.Application.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>What a dispatcher knows of one endpoint. Guarded by the board's lock.</summary>
internal sealed class Endpoint(SubscriptionId id)
{
    public SubscriptionId Id => id;

    /// <summary>Whether something may be due, by lane.</summary>
    public bool[] Due { get; } = new bool[LaneShares.Lanes];

    /// <summary>Attempts under way on this node.</summary>
    public int InFlight { get; set; }

    public Breaker Breaker { get; } = new();

    public TokenRate Rate { get; } = new();

    public EndpointHealth Health { get; set; }

    /// <summary>Until when everything of the endpoint waits, by the database's clock.</summary>
    public DateTimeOffset NotBefore { get; set; }

    /// <summary>Version of the subscription whose 410 made it wait; 0: it waits for another reason.</summary>
    public long GoneVersion { get; set; }

    /// <summary>When the board looks at it again by itself.</summary>
    public DateTimeOffset RestsUntil { get; set; }

    /// <summary>Whether the stored state was read.</summary>
    public bool Loaded { get; set; }

    /// <summary>True while it waits in a queue of endpoints to look at.</summary>
    public bool Queued { get; set; }

    /// <summary>Whether that is the queue of those that became due together with many others.</summary>
    public bool Crowd { get; set; }

    /// <summary>True while it waits for a slot of the node to get free.</summary>
    public bool Starved { get; set; }

    /// <summary>True while a claim for it is on its way.</summary>
    public bool Claiming { get; set; }

    /// <summary>Version of the subscription of which it was told that its URL answers; 0: of none.</summary>
    public long VerifiedVersion { get; set; }

    public bool AnyDue => Due[0] || Due[1] || Due[2];

    /// <summary>What to store of it.</summary>
    public EndpointState State => new(id, NotBefore == default ? null : NotBefore, Breaker.State, Health);

    /// <summary>Takes over what was stored.</summary>
    public void Adopt(EndpointState? state)
    {
        Loaded = true;
        if (state is not null)
        {
            Breaker.Adopt(state.Breaker);
            Health = state.Health;
            NotBefore = state.NotBefore ?? default;
        }
    }
}

/// <summary>What is stored of an endpoint.</summary>
/// <param name="Id">Which one.</param>
/// <param name="NotBefore">Until when everything of it waits.</param>
/// <param name="Breaker">Its breaker.</param>
/// <param name="Health">How long it has been failing.</param>
internal sealed record EndpointState(SubscriptionId Id, DateTimeOffset? NotBefore, BreakerState Breaker, EndpointHealth Health);
