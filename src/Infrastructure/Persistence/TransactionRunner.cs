using DataHub.Application.Abstractions;
using Microsoft.EntityFrameworkCore;

namespace DataHub.Infrastructure.Persistence;

/// <summary>
/// One command, one transaction: work, save, record and notify the changes, commit. After the commit the handlers of this node run,
/// so that an answer of 2xx means: active here.
/// </summary>
internal sealed class TransactionRunner(
    DataHubDbContext context, ChangePublisher publisher, IEnumerable<ICommitStep> steps, IEnumerable<IChangeHandler> handlers)
    : ITransactionRunner
{
    /// <summary>The NOTIFY channel of all topics; the payload is <c>topic:payload@number@microseconds</c>.</summary>
    public const string Channel = "datahub_changes";

    // The epoch row is locked until the commit, so epochs rise in commit order and a reader of epoch N sees all of N.
    private const string Announce = """
        INSERT INTO platform.epochs (topic, value) VALUES ({0}, 1)
        ON CONFLICT (topic) DO UPDATE SET value = platform.epochs.value + 1;
        WITH change AS (INSERT INTO platform.changes (topic, payload) VALUES ({0}, {1}) RETURNING seq, at)
        SELECT pg_notify({2}, {0} || ':' || {1} || '@' || seq || '@' || (extract(epoch FROM at) * 1000000)::bigint) FROM change;
        """;

    public async Task<T> RunAsync<T>(Func<Task<T>> work, bool dryRun, CancellationToken cancellationToken)
    {
        if (context.Database.CurrentTransaction is not null)
        {
            return await work();
        }

        var (result, changes) = await CommitAsync(work, dryRun, cancellationToken);
        foreach (var (topic, payload) in changes)
        {
            foreach (var handler in handlers.Where(h => h.Topic == topic))
            {
                await handler.OnChangedAsync(payload, CancellationToken.None);
            }
        }

        return result;
    }

    private async Task<(T Result, IReadOnlyList<(string Topic, string Payload)> Changes)> CommitAsync<T>(Func<Task<T>> work, bool dryRun, CancellationToken cancellationToken)
    {
        context.SavingChanges += OnSaving;
        try
        {
            await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
            var result = await work();
            await context.SaveChangesAsync(cancellationToken);
            var changes = publisher.Drain();
            if (dryRun)
            {
                await transaction.RollbackAsync(cancellationToken);
                return (result, []);
            }

            foreach (var (topic, payload) in changes)
            {
                await context.Database.ExecuteSqlRawAsync(Announce, [topic, payload, Channel], cancellationToken);
            }

            foreach (var step in steps)
            {
                await step.BeforeCommitAsync(context, cancellationToken);
            }

            await transaction.CommitAsync(CancellationToken.None);
            foreach (var step in steps)
            {
                step.Committed();
            }

            return (result, changes);
        }
        finally
        {
            context.SavingChanges -= OnSaving;
            foreach (var step in steps)
            {
                step.Discard();
            }
        }
    }

    private void OnSaving(object? sender, SavingChangesEventArgs e)
    {
        foreach (var step in steps)
        {
            step.OnSaving(context);
        }
    }
}
