using System.ComponentModel.DataAnnotations;
using DataHub.Application.Abstractions;

namespace DataHub.Infrastructure.Persistence;

/// <summary>The PostgreSQL that holds the truth.</summary>
[ConfigurationSection("Database")]
internal sealed class DatabaseOptions
{
    /// <summary>
    /// Npgsql connection string of a PostgreSQL 14 or newer, such as <c>Host=db;Username=datahub;Password=…;Database=datahub</c>. When
    /// empty, the process runs a private PostgreSQL in the data folder.
    /// </summary>
    [SecretSetting]
    public string? ConnectionString { get; init; }

    /// <summary>Fewest connections that a node may be bound to: it keeps two for good, one to hear of changes and one to store request logs.</summary>
    public const int LeastPoolSize = 5;

    /// <summary>Most connections of this node, two of which it keeps; <c>Maximum Pool Size</c> in the connection string, at least 5 too, wins.</summary>
    [Range(LeastPoolSize, 500)]
    public int MaxPoolSize { get; init; } = 30;

    /// <summary>Seconds after which a statement is given up; <c>Command Timeout</c> in the connection string wins.</summary>
    [Range(1, 600)]
    public int CommandTimeoutSeconds { get; init; } = 15;

    /// <summary>Seconds to wait for a connection; <c>Timeout</c> in the connection string wins.</summary>
    [Range(1, 60)]
    public int ConnectTimeoutSeconds { get; init; } = 3;
}
