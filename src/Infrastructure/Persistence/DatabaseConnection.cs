using DataHub.Application.Abstractions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DataHub.Infrastructure.Persistence;

/// <summary>Makes the data source of the process from the options, or of the private server when none is configured.</summary>
internal static class DatabaseConnection
{
    /// <summary>True when no server is configured and the process runs its own.</summary>
    public static bool IsPrivate(this DatabaseOptions options) => string.IsNullOrWhiteSpace(options.ConnectionString);

    /// <summary>Lets a context work on a database. All contexts of a process take the same options: each other set would build the model once more.</summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <param name="builder">The builder of the context's options.</param>
    /// <param name="dataSource">Where the connections come from.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder UseDatabase<TBuilder>(this TBuilder builder, NpgsqlDataSource dataSource)
        where TBuilder : DbContextOptionsBuilder
    {
        // That the migrations make the model is proven when they are written, not at every start.
        builder.UseNpgsql(dataSource).ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning))

            // Quotes every identifier. The provider's own asks for a table of reserved words to leave quotes out, for which it loads the data sets and XML.
            .ReplaceService<ISqlGenerationHelper, RelationalSqlGenerationHelper>();
        return builder;
    }

    /// <summary>The pooled data source; opens nothing yet.</summary>
    /// <param name="connectionString">Where the server is.</param>
    /// <param name="options">Fills in what the connection string leaves open.</param>
    /// <param name="node">Shown in <c>pg_stat_activity</c>.</param>
    public static NpgsqlDataSource Open(string connectionString, DatabaseOptions options, string node)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var given = settings.Keys.ToHashSet(StringComparer.OrdinalIgnoreCase);
        settings.MaxPoolSize = given.Contains("Maximum Pool Size") ? settings.MaxPoolSize : options.MaxPoolSize;
        settings.CommandTimeout = given.Contains("Command Timeout") ? settings.CommandTimeout : options.CommandTimeoutSeconds;
        settings.Timeout = given.Contains("Timeout") ? settings.Timeout : options.ConnectTimeoutSeconds;
        settings.ApplicationName = given.Contains("Application Name") ? settings.ApplicationName : $"datahub {node}";
        return NpgsqlDataSource.Create(settings);
    }
}

/// <summary>Refuses a connection string that Npgsql cannot read, without repeating it.</summary>
internal sealed class DatabaseOptionsRules : IValidateOptions<DatabaseOptions>
{
    public ValidateOptionsResult Validate(string? name, DatabaseOptions options)
    {
        if (options.IsPrivate())
        {
            return ValidateOptionsResult.Success;
        }

        try
        {
            var settings = new NpgsqlConnectionStringBuilder(options.ConnectionString);
            if (string.IsNullOrEmpty(settings.Host))
            {
                return ValidateOptionsResult.Fail("ConnectionString: names no Host.");
            }

            return settings.Pooling && settings.MaxPoolSize < DatabaseOptions.LeastPoolSize
                ? ValidateOptionsResult.Fail($"ConnectionString: its Maximum Pool Size must be at least {DatabaseOptions.LeastPoolSize}; leave it out for Database:MaxPoolSize.")
                : ValidateOptionsResult.Success;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            return ValidateOptionsResult.Fail("ConnectionString: is not an Npgsql connection string (Host=…;Username=…;Password=…;Database=…).");
        }
    }
}
