using System.Collections;
using System.Diagnostics.CodeAnalysis;
using DataHub.Application.Routing.Contracts;

namespace DataHub.Gateway.Api.Proxy.Config;

/// <summary>
/// The metadata of a YARP route. YARP rebuilds an endpoint only when its configuration differs, and compares metadata by content:
/// so the fingerprint is the content, and the compiled route it stands for travels along.
/// </summary>
/// <param name="route">The compiled route.</param>
internal sealed class SnapshotRouteMetadata(CompiledRoute route) : IReadOnlyDictionary<string, string>
{
    private const string Key = "fingerprint";

    /// <summary>The compiled route.</summary>
    public CompiledRoute Route { get; } = route;

    /// <inheritdoc/>
    public int Count => 1;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => [Key];

    /// <inheritdoc/>
    public IEnumerable<string> Values => [Route.Fingerprint];

    /// <inheritdoc/>
    public string this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException(key);

    /// <inheritdoc/>
    public bool ContainsKey(string key) => key == Key;

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
    {
        value = key == Key ? Route.Fingerprint : null;
        return value is not null;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator()
    {
        yield return KeyValuePair.Create(Key, Route.Fingerprint);
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
