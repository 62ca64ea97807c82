using System.Security.Cryptography;

namespace DataHub.Infrastructure.Persistence;

/// <summary>A last-good copy on disk: written aside and renamed, read back only when its digest matches.</summary>
/// <param name="path">Where the copy is kept.</param>
internal sealed class SnapshotFile(string path)
{
    /// <summary>Replaces the copy; a crash leaves the old one or the new one, never half of either.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var aside = path + ".new";
        await using (var file = new FileStream(aside, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            await file.WriteAsync(SHA256.HashData(content.Span), cancellationToken);
            await file.WriteAsync(content, cancellationToken);
            file.Flush(flushToDisk: true);
        }

        File.Move(aside, path, overwrite: true);
    }

    /// <summary>The copy, or null when there is none or it is damaged.</summary>
    public async Task<byte[]?> ReadAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var bytes = await File.ReadAllBytesAsync(path, cancellationToken);
        var valid = bytes.Length >= SHA256.HashSizeInBytes
            && SHA256.HashData(bytes.AsSpan(SHA256.HashSizeInBytes)).AsSpan().SequenceEqual(bytes.AsSpan(0, SHA256.HashSizeInBytes));
        return valid ? bytes[SHA256.HashSizeInBytes..] : null;
    }
}
