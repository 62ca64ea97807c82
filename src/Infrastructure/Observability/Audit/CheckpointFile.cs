using System.Text.Json;
using DataHub.Application.Abstractions;
using DataHub.Application.Observability.Audit;
using DataHub.Domain.Observability.Audit;
using DataHub.Domain.SharedKernel;
using DataHub.Infrastructure.Persistence;

namespace DataHub.Infrastructure.Observability.Audit;

/// <summary>
/// The newest checkpoint of every chain in the data folder of this node (<c>audit/checkpoints</c>), out of reach of whoever can only write
/// to the database. A newer one takes the place of an older one only when the chain between them is whole.
/// </summary>
internal sealed class CheckpointFile : IDisposable
{
    private readonly SnapshotFile _file;
    private readonly SemaphoreSlim _turn = new(1);
    private Dictionary<TenantId, AuditCheckpoint>? _known;

    public CheckpointFile(IDataFolder folder) => _file = new SnapshotFile(Path.Combine(folder.Path, "audit", "checkpoints"));

    public void Dispose() => _turn.Dispose();

    /// <summary>What this node keeps.</summary>
    public async Task<IReadOnlyDictionary<TenantId, AuditCheckpoint>> ReadAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return new Dictionary<TenantId, AuditCheckpoint>(await LoadAsync(cancellationToken));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Keeps checkpoints that are known to continue the ones that are here.</summary>
    public async Task ReplaceAsync(IReadOnlyCollection<AuditCheckpoint> newer, CancellationToken cancellationToken)
    {
        if (newer.Count == 0)
        {
            return;
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            var known = await LoadAsync(cancellationToken);
            foreach (var checkpoint in newer.Where(c => !known.TryGetValue(c.Tenant, out var old) || old.Position.Sequence < c.Position.Sequence))
            {
                known[checkpoint.Tenant] = checkpoint;
            }

            await _file.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(known.Values.Select(AuditCheckpointDocument.Of)), cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<Dictionary<TenantId, AuditCheckpoint>> LoadAsync(CancellationToken cancellationToken)
    {
        if (_known is null)
        {
            var content = await _file.ReadAsync(cancellationToken);
            var documents = content is null ? [] : JsonSerializer.Deserialize<List<AuditCheckpointDocument>>(content)!;
            _known = documents.Select(d => d.ToCheckpoint()).OfType<AuditCheckpoint>().ToDictionary(c => c.Tenant);
        }

        return _known;
    }
}
