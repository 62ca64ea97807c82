using System.ComponentModel.DataAnnotations;
using DataHub.Application.Abstractions;

namespace DataHub.Application.Observability.Audit;

/// <summary>How the audit trail is sealed, checked and archived.</summary>
[ConfigurationSection("Audit")]
public sealed class AuditOptions
{
    /// <summary>
    /// Seconds between two signed checkpoints of a chain that has grown: whoever can write to the database, and holds an older copy of it, can take
    /// back at most the records since the last one. 1 to 86400, default 60.
    /// </summary>
    [Range(1, 86_400)]
    public int CheckpointSeconds { get; set; } = 60;

    /// <summary>Hours between two verifications of all chains from end to end; 0 for none by schedule. 0 to 8760, default 24.</summary>
    [Range(0, 8_760)]
    public int VerifyHours { get; set; } = 24;

    /// <summary>Days after which records are moved into a signed archive file; 0 keeps all of them in the database. 0 to 36500, default 0.</summary>
    [Range(0, 36_500)]
    public int RetentionDays { get; set; }

    /// <summary>Folder of the archive files; when empty, <c>audit/archive</c> of the data folder. It is to be backed up: the files are the only copy.</summary>
    public string ArchivePath { get; set; } = "";

    /// <summary>True: each recorded change is an event <c>audit.recorded</c> for webhooks as well. Default false.</summary>
    public bool PublishEvents { get; set; }
}
