using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using DataHub.Application.Observability.Audit;
using DataHub.Domain.Observability.Audit;
using DataHub.Domain.SharedKernel;

namespace DataHub.Infrastructure.Observability.Audit;

/// <summary>An archive: one record a line as the export writes it, and a signed checkpoint of the last one as the last line.</summary>
internal sealed class ArchiveFile(string path)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    public string Path { get; } = path;

    public static string NameOf(TenantId tenant, long first, long last) => string.Create(CultureInfo.InvariantCulture, $"{tenant}-{first:D12}-{last:D12}.ndjson");

    /// <summary>Writes records and closes the file with a checkpoint.</summary>
    /// <returns>Null, and no file, when the records do not continue the start without a fault.</returns>
    public async Task<AuditCheckpoint?> WriteAsync(
        AuditKeyRing keys, TenantId tenant, AuditPosition start, IAsyncEnumerable<AuditRecord> records, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var aside = Path + ".new";
        var verifier = new AuditChainVerifier(keys, tenant, start, []);
        AuditCheckpoint checkpoint;
        await using (var file = new FileStream(aside, FileMode.Create, FileAccess.Write, FileShare.None, 64 * 1024))
        {
            var last = start;
            await foreach (var record in records.WithCancellation(cancellationToken))
            {
                verifier.Take(record);
                last = new AuditPosition(record.Sequence, record.Hash);
                await LineAsync(file, AuditEntry.Of(record), cancellationToken);
            }

            if (verifier.Finish(new AuditChain(keys).Seal(tenant, last)).Faults.Any(f => f.Kind != AuditFaultKind.Break))
            {
                file.Close();
                File.Delete(aside);
                return null;
            }

            checkpoint = AuditCheckpoint.Sign(keys, tenant, last, now);
            await LineAsync(file, new Closing(AuditCheckpointDocument.Of(checkpoint)), cancellationToken);
            file.Flush(flushToDisk: true);
        }

        File.Move(aside, Path, overwrite: true);
        return checkpoint;
    }

    /// <summary>Whether the file on disk, read back, is the chain from a start to a checkpoint.</summary>
    public async Task<bool> IsWholeAsync(AuditKeyRing keys, TenantId tenant, AuditPosition start, AuditCheckpoint checkpoint, CancellationToken cancellationToken) =>
        (await VerifyAsync(keys, tenant, start, checkpoint, cancellationToken)).Count == 0;

    /// <summary>What keeps the file on disk from being the chain from a start to a checkpoint.</summary>
    public async Task<IReadOnlyList<AuditFault>> VerifyAsync(AuditKeyRing keys, TenantId tenant, AuditPosition start, AuditCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        var verifier = new AuditChainVerifier(keys, tenant, start, [checkpoint]);
        await foreach (var record in RecordsAsync(cancellationToken))
        {
            verifier.Take(record);
        }

        return [.. verifier.Finish(new AuditChain(keys).Seal(tenant, checkpoint.Position)).Faults.Where(f => f.Kind != AuditFaultKind.Break)];
    }

    private async IAsyncEnumerable<AuditRecord> RecordsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var line in File.ReadLinesAsync(Path, cancellationToken))
        {
            if (!line.StartsWith("{\"checkpoint\":", StringComparison.Ordinal))
            {
                yield return JsonSerializer.Deserialize<AuditEntry>(line, Json)!.ToRecord();
            }
        }
    }

    private static async Task LineAsync<T>(FileStream file, T value, CancellationToken cancellationToken)
    {
        await JsonSerializer.SerializeAsync(file, value, Json, cancellationToken);
        file.WriteByte((byte)'\n');
    }

    private sealed record Closing(AuditCheckpointDocument Checkpoint);
}
