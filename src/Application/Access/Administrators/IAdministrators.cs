namespace DataHub.Application.Access.Administrators;

/// <summary>Who could administer every tenant.</summary>
/// <param name="Any">True when somebody can now: an active global user with the role admin, or a usable admin key of the default tenant.</param>
/// <param name="Lasting">True when one of them has no end.</param>
public readonly record struct AdministratorState(bool Any, bool Lasting);

/// <summary>Counts those who could administer every tenant.</summary>
public interface IAdministrators
{
    /// <summary>Makes commands that change administrators take turns until the end of the transaction.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task LockAsync(CancellationToken cancellationToken);

    /// <summary>What the database says, with what this transaction has saved so far.</summary>
    /// <param name="now">UTC instant.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<AdministratorState> ReadAsync(DateTimeOffset now, CancellationToken cancellationToken);
}
