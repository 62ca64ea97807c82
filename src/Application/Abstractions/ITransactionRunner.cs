namespace DataHub.Application.Abstractions;

/// <summary>Runs work in one transaction: saves the changed aggregates, notifies the nodes, commits. A dry run rolls back instead.</summary>
public interface ITransactionRunner
{
    /// <summary>Runs the work.</summary>
    /// <typeparam name="T">What the work yields.</typeparam>
    /// <param name="work">The use case; it must not save by itself.</param>
    /// <param name="dryRun">True: saves, so that every constraint is checked, then rolls back.</param>
    /// <param name="cancellationToken">Ends the work before the commit, never in the middle of one.</param>
    /// <returns>What the work yielded.</returns>
    Task<T> RunAsync<T>(Func<Task<T>> work, bool dryRun, CancellationToken cancellationToken);
}
