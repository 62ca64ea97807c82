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

    /// <summary>Most connections of this node; <c>Maximum Pool Size</c> in the connection string wins.</summary>
    [Range(5, 500)]
    public int MaxPoolSize { get; init; } = 30;

    /// <summary>Seconds after which a statement is given up; <c>Command Timeout</c> in the connection string wins.</summary>
    [Range(1, 600)]
    public int CommandTimeoutSeconds { get; init; } = 15;

    /// <summary>Seconds to wait for a connection; <c>Timeout</c> in the connection string wins.</summary>
    [Range(1, 60)]
    public int ConnectTimeoutSeconds { get; init; } = 3;
}
