using DataHub.Application.Abstractions;
using DataHub.Application.Observability.Audit;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Observability.Audit;

/// <summary>Where this node keeps archive files.</summary>
internal sealed class ArchiveFolder(IDataFolder folder, IOptions<AuditOptions> options)
{
    public string Path { get; } = options.Value.ArchivePath.Length > 0 ? System.IO.Path.GetFullPath(options.Value.ArchivePath) : System.IO.Path.Combine(folder.Path, "audit", "archive");

    public ArchiveFile FileOf(string name) => new(System.IO.Path.Combine(Path, name));
}
