namespace DataHub.Application.Access.Contracts;

/// <summary>A cache that all nodes share. A miss and a cache that is away look alike: callers go on to the truth.</summary>
public interface ISharedCache
{
    /// <summary>Reads a value.</summary>
    /// <param name="key">The key, without a prefix of the deployment.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Null when there is none or the cache is away; never throws for that.</returns>
    ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>Writes a value; does nothing while the cache is away.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="timeToLive">How long it is kept.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    ValueTask SetAsync(string key, byte[] value, TimeSpan timeToLive, CancellationToken cancellationToken);

    /// <summary>Removes a value; does nothing while the cache is away.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    ValueTask RemoveAsync(string key, CancellationToken cancellationToken);
}
