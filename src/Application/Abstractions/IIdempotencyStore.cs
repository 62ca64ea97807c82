namespace DataHub.Application.Abstractions;

/// <summary>What is known of a request that carries an idempotency key.</summary>
public enum IdempotencyState
{
    /// <summary>It is the first: carry it out, then complete or release the claim.</summary>
    Claimed,

    /// <summary>The same request is being carried out.</summary>
    InProgress,

    /// <summary>Another request used this key.</summary>
    OtherRequest,

    /// <summary>It was carried out; here is its answer.</summary>
    Completed,

    /// <summary>It was carried out by a process that ended before it kept the answer.</summary>
    AnswerLost,
}

/// <summary>The right to carry a request out, or the reason why not.</summary>
/// <param name="State">What is known.</param>
/// <param name="Scope">Digest of caller, method, path and key.</param>
/// <param name="Token">Proves the claim.</param>
/// <param name="Answer">The stored answer when completed, else null.</param>
public sealed record IdempotencyClaim(IdempotencyState State, byte[] Scope, Guid Token, StoredAnswer? Answer);

/// <summary>An answer that can be given again.</summary>
/// <param name="Status">The status.</param>
/// <param name="Headers">The headers that belong to the content.</param>
/// <param name="Body">The body.</param>
public sealed record StoredAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body);

/// <summary>
/// Remembers answers by idempotency key for 24 hours. A claim whose process died can be taken over after a minute, unless its change was committed; a process
/// that only stood still finds its claim gone when it comes to commit, and changes nothing.
/// </summary>
public interface IIdempotencyStore
{
    /// <summary>Claims a request.</summary>
    /// <param name="scope">Digest of caller, method, path and key.</param>
    /// <param name="requestHash">Digest of what makes the request the same.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    Task<IdempotencyClaim> ClaimAsync(byte[] scope, byte[] requestHash, CancellationToken cancellationToken);

    /// <summary>Keeps the answer.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="cancellationToken">Ends the write.</param>
    Task CompleteAsync(IdempotencyClaim claim, StoredAnswer answer, CancellationToken cancellationToken);

    /// <summary>Gives the claim back: the request can be tried again at once.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="cancellationToken">Ends the write.</param>
    Task ReleaseAsync(IdempotencyClaim claim, CancellationToken cancellationToken);
}
