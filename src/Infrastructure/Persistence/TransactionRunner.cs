using DataHub.Application.Abstractions;
using Microsoft.EntityFrameworkCore;

namespace DataHub.Infrastructure.Persistence;

/// <summary>
/// One command, one transaction: work, save, record and notify the changes, commit. After the commit the handlers of this node run,
/// so that an answer of 2xx means: active here.
/// </summary>
internal sealed class TransactionRunner(DataHubDbContext context, ChangePublisher publisher, IEnumerable<IChangeHandler> handlers)
    : ITransactionRunner
{
    /// <summary>The NOTIFY channel of all topics; the payload is <c>topic:payload</c>.</summary>
    public const string Channel = "datahub_changes";

    // The epoch row is locked until the commit, so epochs rise in commit order and a reader of epoch N sees all of N.
    private const string Announce = """
        INSERT INTO platform.epochs (topic, value) VALUES ({0}, 1)
        ON CONFLICT (topic) DO UPDATE SET value = platform.epochs.value + 1;
        INSERT INTO platform.changes (topic, payload) VALUES ({0}, {1});
        SELECT pg_notify({2}, {0} || ':' || {1});
        """;

    public async Task<T> RunAsync<T>(Func<Task<T>> work, bool dryRun, CancellationToken cancellationToken)
    {
        if (context.Database.CurrentTransaction is not null)
        {
            return await work();
        }

        IReadOnlyList<(string Topic, string Payload)> changes;
        T result;
        await using (var transaction = await context.Database.BeginTransactionAsync(cancellationToken))
        {
            result = await work();
            await context.SaveChangesAsync(cancellationToken);
            changes = publisher.Drain();
            if (dryRun)
            {
                await transaction.RollbackAsync(cancellationToken);
                return result;
            }

            foreach (var (topic, payload) in changes)
            {
                await context.Database.ExecuteSqlRawAsync(Announce, [topic, payload, Channel], cancellationToken);
            }

            await transaction.CommitAsync(CancellationToken.None);
        }

        foreach (var (topic, payload) in changes)
        {
            foreach (var handler in handlers.Where(h => h.Topic == topic))
            {
                await handler.OnChangedAsync(payload, CancellationToken.None);
            }
        }

        return result;
    }
}
