using Microsoft.EntityFrameworkCore;

namespace DataHub.Infrastructure.Persistence;

/// <summary>Adds to the transaction of a command what belongs to its changes. Scoped to one request.</summary>
internal interface ICommitStep
{
    /// <summary>The changes of the context are about to be saved; can happen several times in one command, dry runs included.</summary>
    void OnSaving(DbContext context);

    /// <summary>Everything is saved and announced; the commit comes next. Throwing rolls all of it back.</summary>
    Task BeforeCommitAsync(DataHubDbContext context, CancellationToken cancellationToken);

    /// <summary>The transaction is committed; must not throw.</summary>
    void Committed()
    {
    }

    /// <summary>The command is over, committed or not: what was kept for it is dropped.</summary>
    void Discard();
}
