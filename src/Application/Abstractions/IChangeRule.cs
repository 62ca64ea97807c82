namespace DataHub.Application.Abstractions;

/// <summary>What a command does to an aggregate.</summary>
public enum ChangeKind
{
    /// <summary>It is new.</summary>
    Added,

    /// <summary>It was there before.</summary>
    Modified,

    /// <summary>It goes.</summary>
    Deleted,
}

/// <summary>A change that a command is about to save.</summary>
/// <param name="Aggregate">The aggregate, as it is to be.</param>
/// <param name="Kind">What happens to it.</param>
/// <param name="Original">The value of a property as it was loaded; of a new aggregate its value.</param>
public sealed record PendingChange(object Aggregate, ChangeKind Kind, Func<string, object?> Original);

/// <summary>The changes of the running command that are not saved yet.</summary>
public interface IPendingChanges
{
    /// <summary>The changed aggregates, whatever part of them changed.</summary>
    IReadOnlyList<PendingChange> Read();

    /// <summary>Saves them inside the transaction, ahead of its own save.</summary>
    /// <param name="cancellationToken">Ends the write.</param>
    Task SaveAsync(CancellationToken cancellationToken);
}

/// <summary>A rule over whatever commands save, so that no use case can forget it.</summary>
public interface IChangeRule
{
    /// <summary>Refuses what must not be saved, or remembers what is to be compared.</summary>
    /// <param name="changes">Everything that the command changed.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>True when the rule wants to see the outcome.</returns>
    /// <exception cref="Domain.SharedKernel.DomainException">The command is rolled back.</exception>
    Task<bool> BeforeSaveAsync(IReadOnlyList<PendingChange> changes, CancellationToken cancellationToken);

    /// <summary>Looks at the outcome, before it is committed.</summary>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <exception cref="Domain.SharedKernel.DomainException">The command is rolled back.</exception>
    Task AfterSaveAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
