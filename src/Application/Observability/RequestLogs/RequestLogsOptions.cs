using System.ComponentModel.DataAnnotations;
using DataHub.Application.Abstractions;

namespace DataHub.Application.Observability.RequestLogs;

/// <summary>How the request log is queued, kept through an outage of the database, and thrown away in the end.</summary>
[ConfigurationSection("RequestLogs")]
public sealed class RequestLogsOptions
{
    /// <summary>False writes no request log at all. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Memory for rows that wait for the database, in MiB; from half of it on they wait on disk, and past both they are dropped and counted. 1 to 4096, default 64.</summary>
    [Range(1, 4096)]
    public int QueueMegabytes { get; set; } = 64;

    /// <summary>Disk for rows while the database is away or falls behind, in MiB, in the folder <c>spool</c> of the data folder; 0 spools nothing. 0 to 1048576, default 1024.</summary>
    [Range(0, 1_048_576)]
    public int SpoolMegabytes { get; set; } = 1024;

    /// <summary>Longest time that a row waits in memory before it is sent, in milliseconds. 10 to 10000, default 250.</summary>
    [Range(10, 10_000)]
    public int FlushMilliseconds { get; set; } = 250;

    /// <summary>Time after which a database that does not answer counts as away, in seconds. 1 to 60, default 5.</summary>
    [Range(1, 60)]
    public int StoreTimeoutSeconds { get; set; } = 5;

    /// <summary>Time at shutdown for sending what is queued, in seconds; the rest goes to the spool. 0 to 60, default 5.</summary>
    [Range(0, 60)]
    public int ShutdownSeconds { get; set; } = 5;

    /// <summary>Days that rows are kept before their whole partition is dropped. 1 to 3650, default 30.</summary>
    [Range(1, 3650)]
    public int RetentionDays { get; set; } = 30;
}
