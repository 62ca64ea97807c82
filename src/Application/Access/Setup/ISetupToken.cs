namespace DataHub.Application.Access.Setup;

/// <summary>The one-time token that makes the first administrator. The database holds its digest, the data folder the clear text.</summary>
public interface ISetupToken
{
    /// <summary>The token to print at start; made on the first call. Forgets the clear text once setup was completed, by any node.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null once setup was completed.</returns>
    Task<string?> GetPendingAsync(CancellationToken cancellationToken);
}

/// <summary>The state of setup inside the transaction of a command.</summary>
public interface ISetupStore
{
    /// <summary>Whether setup is still open.</summary>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<bool> IsOpenAsync(CancellationToken cancellationToken);

    /// <summary>Makes other attempts wait until the end of this transaction, so that one of them wins.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task LockAsync(CancellationToken cancellationToken);

    /// <summary>Whether a token is one of those that were printed; compares in constant time.</summary>
    /// <param name="token">What was presented.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<bool> MatchesAsync(string token, CancellationToken cancellationToken);

    /// <summary>Closes setup for ever.</summary>
    /// <param name="now">UTC instant.</param>
    /// <param name="cancellationToken">Ends the write.</param>
    Task CompleteAsync(DateTimeOffset now, CancellationToken cancellationToken);
}
