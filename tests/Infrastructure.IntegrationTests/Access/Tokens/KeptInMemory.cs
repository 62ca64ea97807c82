using System.Collections.Concurrent;
using DataHub.Domain.Access.Tokens;
using DataHub.Infrastructure.Access.Tokens;

namespace DataHub.Infrastructure.IntegrationTests.Access.Tokens;

/// <summary>Key sets that outlive a source, not the test.</summary>
internal sealed class KeptInMemory : IKeySetStore
{
    private readonly ConcurrentDictionary<(TokenIssuerId, string), StoredKeySet> _sets = new();

    /// <summary>True: it cannot be asked.</summary>
    public bool Away { get; set; }

    public Task<StoredKeySet?> ReadAsync(TokenIssuerId issuer, string place, CancellationToken cancellationToken) =>
        Away ? throw new TimeoutException("away") : Task.FromResult(_sets.TryGetValue((issuer, place), out var kept) ? kept : (StoredKeySet?)null);

    public Task WriteAsync(TokenIssuerId issuer, string place, StoredKeySet keys, CancellationToken cancellationToken)
    {
        if (Away)
        {
            throw new TimeoutException("away");
        }

        _sets[(issuer, place)] = keys;
        return Task.CompletedTask;
    }
}
