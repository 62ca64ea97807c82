using System.Diagnostics.CodeAnalysis;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>
/// The queues of endpoints to look at. Those that became due together with many others, by an event that goes to thousands of subscriptions, stand in one of
/// their own and take turns with all others: nobody else waits until all of them were called.
/// </summary>
internal sealed partial class EndpointBoard
{
    /// <summary>From so many endpoints on that become due together they are a crowd.</summary>
    public const int Many = 64;

    private const int FedByARelease = 2;

    private readonly Queue<Endpoint> _ready = new();
    private readonly Queue<Endpoint> _crowd = new();
    private readonly Queue<Endpoint> _starved = new();
    private readonly Queue<Endpoint> _starvedCrowd = new();
    private bool _crowdsTurn;

    // Once due by itself, an endpoint stands with the others until nothing waits for it any more.
    private static void Join(Endpoint endpoint, bool crowd)
    {
        if (!endpoint.AnyDue)
        {
            endpoint.Crowd = crowd;
        }
        else if (endpoint.Crowd && !crowd)
        {
            endpoint.Crowd = false;
            (endpoint.Queued, endpoint.Starved) = (false, false); // Its place in the crowd is skipped, or taken for another look.
        }
    }

    private void Enqueue(Endpoint endpoint)
    {
        if (!endpoint.Queued && endpoint.AnyDue)
        {
            endpoint.Queued = true;
            (endpoint.Crowd ? _crowd : _ready).Enqueue(endpoint);
        }
    }

    private bool TryTake([NotNullWhen(true)] out Endpoint? endpoint)
    {
        do
        {
            _crowdsTurn = !_crowdsTurn;
            var (first, second) = _crowdsTurn ? (_crowd, _ready) : (_ready, _crowd);
            if (!first.TryDequeue(out endpoint) && !second.TryDequeue(out endpoint))
            {
                return false;
            }
        }
        while (!endpoint.Queued);
        endpoint.Queued = false;
        return true;
    }

    private void Starve(Endpoint endpoint)
    {
        if (!endpoint.Starved)
        {
            endpoint.Starved = true;
            (endpoint.Crowd ? _starvedCrowd : _starved).Enqueue(endpoint);
        }
    }

    // A slot is free.
    private void Feed()
    {
        for (var fed = 0; fed < FedByARelease && (_starved.TryDequeue(out var endpoint) || _starvedCrowd.TryDequeue(out endpoint));)
        {
            if (endpoint.Starved)
            {
                endpoint.Starved = false;
                Enqueue(endpoint);
                fed++;
            }
        }
    }
}
