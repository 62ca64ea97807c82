using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using DataHub.Application.Abstractions;
using DataHub.Domain.Observability.Audit;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Observability.Audit;

/// <summary>What the database says of one archive file.</summary>
/// <param name="Statement">The signed checkpoint that closes it.</param>
/// <param name="First">Its first record.</param>
/// <param name="File">Name of the file.</param>
/// <param name="Digest">SHA-256 of the file.</param>
/// <param name="Node">The node that wrote it.</param>
internal sealed record StoredArchive(AuditCheckpoint Statement, long First, string File, byte[] Digest, string Node);

/// <summary>What was found in the archives of a chain.</summary>
/// <param name="Verified">Files that were read and compared.</param>
/// <param name="Elsewhere">Files that another node wrote and this one does not see.</param>
/// <param name="Faults">The findings, in the order of the chain.</param>
internal sealed record ArchiveReport(int Verified, int Elsewhere, IReadOnlyList<AuditFault> Faults);

/// <summary>
/// Verifies the archives of a chain: the statements follow each other without a gap, are signed, and every file that this node has holds exactly the
/// records that lead from one statement to the next.
/// </summary>
internal sealed class ArchiveVerification(AuditKeyRing keys, ArchiveFolder folder, IOptions<GatewayOptions> node)
{
    public async Task<ArchiveReport> VerifyAsync(IReadOnlyList<StoredArchive> archives, CancellationToken cancellationToken)
    {
        var (verified, elsewhere, faults) = (0, 0, new List<AuditFault>());
        var last = AuditPosition.Start;
        foreach (var archive in archives)
        {
            if (archive.First != last.Sequence + 1)
            {
                faults.Add(new AuditFault(last.Sequence + 1, null, AuditFaultKind.Missing, Text($"No archive holds the records {last.Sequence + 1} to {archive.First - 1}.")));
            }

            if (!archive.Statement.IsGenuine(keys))
            {
                faults.Add(new AuditFault(archive.Statement.Position.Sequence, null, AuditFaultKind.CheckpointForged, "The archive up to this place was not signed by this installation."));
            }
            else if (Path.GetFileName(archive.File) != archive.File || !File.Exists(folder.FileOf(archive.File).Path))
            {
                elsewhere += IsOwn(archive) ? 0 : 1;
                if (IsOwn(archive))
                {
                    faults.Add(new AuditFault(archive.First, null, AuditFaultKind.ArchiveMissing, Text($"The archive {archive.File} is not in {folder.Path}, where this node wrote it.")));
                }
            }
            else
            {
                verified++;
                if (await CompareAsync(archive, last, cancellationToken) is { } fault)
                {
                    faults.Add(fault);
                }
            }

            last = archive.Statement.Position;
        }

        return new ArchiveReport(verified, elsewhere, faults);
    }

    private bool IsOwn(StoredArchive archive) => archive.Node == node.Value.NodeName;

    private async Task<AuditFault?> CompareAsync(StoredArchive archive, AuditPosition start, CancellationToken cancellationToken)
    {
        var file = folder.FileOf(archive.File);
        try
        {
            // The records prove themselves; the digest also tells of what stands around them.
            if (await file.VerifyAsync(keys, archive.Statement.Tenant, start, archive.Statement, cancellationToken) is [var fault, ..])
            {
                return fault with { Kind = AuditFaultKind.ArchiveAltered, Detail = $"In the archive {archive.File}: {fault.Detail}" };
            }

            await using var content = File.OpenRead(file.Path);
            return (await SHA256.HashDataAsync(content, cancellationToken)).AsSpan().SequenceEqual(archive.Digest)
                ? null
                : new AuditFault(archive.First, null, AuditFaultKind.ArchiveAltered, Text($"The archive {archive.File} is not the file that was written: its SHA-256 differs, though its records fit."));
        }
        catch (Exception e) when (e is JsonException or FormatException or IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            return new AuditFault(archive.First, null, AuditFaultKind.ArchiveAltered, Text($"The archive {archive.File} cannot be read: {e.GetType().Name}."));
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
