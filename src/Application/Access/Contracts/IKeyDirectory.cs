namespace DataHub.Application.Access.Contracts;

/// <summary>How a look-up ended.</summary>
public enum KeyLookupStatus
{
    /// <summary>The secret belongs to a key; its state is in the record.</summary>
    Found,

    /// <summary>No key has this secret.</summary>
    Unknown,

    /// <summary>The store is away and the secret is not in a cache: 503, never 401.</summary>
    StoreUnavailable,
}

/// <summary>The answer of the key directory.</summary>
/// <param name="Status">How the look-up ended.</param>
/// <param name="Caller">The record when found, else null.</param>
/// <param name="Source">Where it came from, for the log: <c>l1</c>, <c>l2</c>, <c>db</c>, <c>stale</c>.</param>
public readonly record struct KeyLookup(KeyLookupStatus Status, CallerRecord? Caller, string Source);

/// <summary>
/// Finds the record of a presented secret: memory, then Redis where configured, then PostgreSQL. Misses are single-flight, unknown
/// secrets are cached briefly and boundedly, known ones are served at most ten minutes stale while the store is away.
/// </summary>
public interface IKeyDirectory
{
    /// <summary>The answer from memory, without waiting.</summary>
    /// <param name="presented">A secret whose format and checksum were verified already.</param>
    /// <param name="lookup">The answer, when true is returned.</param>
    /// <returns>False when memory has no fresh answer.</returns>
    bool TryFindCached(string presented, out KeyLookup lookup);

    /// <summary>The answer from the next layers, and into memory.</summary>
    /// <param name="presented">A secret whose format and checksum were verified already.</param>
    /// <param name="cancellationToken">Gives up waiting; the load itself goes on for others.</param>
    /// <returns>The answer; never throws for a store that is away.</returns>
    ValueTask<KeyLookup> FindAsync(string presented, CancellationToken cancellationToken);
}
