using DataHub.Domain.Webhooks.Subscriptions;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>
/// Keeps those who store states of the same endpoint in the order in which they took them: of two transactions the one that began later may end first,
/// and the older state would stay.
/// </summary>
internal sealed class StateTurns(EndpointBoard board)
{
    private readonly Lock _gate = new();
    private readonly List<Turn> _running = [];

    /// <summary>Stores the states that are newer than what is stored; when it fails, they are taken again next time.</summary>
    /// <typeparam name="T">The result.</typeparam>
    /// <param name="write">Writes them, possibly none. Called once nobody writes an older state of these endpoints any more.</param>
    public async Task<T> StoreAsync<T>(Func<IReadOnlyList<EndpointState>, Task<T>> write)
    {
        var turn = Take();
        try
        {
            await turn.Earlier;
            return await write(turn.States);
        }
        catch (Exception)
        {
            board.KeepDirty(turn.States);
            throw;
        }
        finally
        {
            End(turn);
        }
    }

    private Turn Take()
    {
        lock (_gate)
        {
            var states = board.TakeDirty();
            if (states.Count == 0)
            {
                return new Turn([], [], Task.CompletedTask);
            }

            var ids = states.Select(s => s.Id).ToHashSet();
            var turn = new Turn(states, ids, Task.WhenAll(_running.Where(t => t.Ids.Overlaps(ids)).Select(t => t.Ended.Task)));
            _running.Add(turn);
            return turn;
        }
    }

    private void End(Turn turn)
    {
        lock (_gate)
        {
            _running.Remove(turn);
        }

        turn.Ended.TrySetResult();
    }

    private sealed class Turn(IReadOnlyList<EndpointState> states, HashSet<SubscriptionId> ids, Task earlier)
    {
        public IReadOnlyList<EndpointState> States => states;

        public HashSet<SubscriptionId> Ids => ids;

        public Task Earlier => earlier;

        // Those who wait go on by themselves, not within the call that ends this one.
        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
