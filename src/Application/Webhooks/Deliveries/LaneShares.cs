using DataHub.Domain.Webhooks.Deliveries;

namespace DataHub.Application.Webhooks.Deliveries;

/// <summary>
/// Shares the slots of a node between fresh deliveries, retries and replays: 60, 25 and 15 %. A lane takes what the others do not need, but for a tenth
/// of their share, so that whoever comes can begin at once.
/// </summary>
public static class LaneShares
{
    /// <summary>How many lanes there are.</summary>
    public const int Lanes = 3;

    private const int Whole = 100;
    private const int KeptWhenIdle = 10;

    private static readonly int[] Shares = [60, 25, 15];

    /// <summary>How many more attempts of a lane may begin.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="total">Slots of the node.</param>
    /// <param name="inFlight">Attempts under way by lane.</param>
    /// <param name="waiting">Whether something waits, by lane.</param>
    public static int Free(DeliveryLane lane, int total, ReadOnlySpan<int> inFlight, ReadOnlySpan<bool> waiting)
    {
        var free = total;
        for (var other = 0; other < Lanes; other++)
        {
            free -= inFlight[other];
            if (other != (int)lane)
            {
                var share = total * Shares[other] / Whole;
                free -= Math.Max(0, (waiting[other] ? share : share * KeptWhenIdle / Whole) - inFlight[other]);
            }
        }

        return Math.Max(0, free);
    }

    /// <summary>Splits the free slots of one endpoint between the lanes in which something waits: by share, at least one for each while there are any.</summary>
    /// <param name="free">Slots of the endpoint.</param>
    /// <param name="waiting">Whether something waits, by lane.</param>
    /// <param name="split">Takes the slots by lane.</param>
    public static void Split(int free, ReadOnlySpan<bool> waiting, Span<int> split)
    {
        split.Clear();
        var weight = 0;
        for (var lane = 0; lane < Lanes; lane++)
        {
            weight += waiting[lane] ? Shares[lane] : 0;
        }

        var left = free;
        for (var lane = 0; lane < Lanes && left > 0; lane++)
        {
            if (waiting[lane])
            {
                split[lane] = Math.Min(left, Math.Max(1, free * Shares[lane] / weight));
                left -= split[lane];
            }
        }

        for (var lane = 0; lane < Lanes; lane++)
        {
            if (waiting[lane])
            {
                split[lane] += left;
                return;
            }
        }
    }
}
