using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DataHub.Infrastructure.Access.ApiKeys;

/// <summary>Writes the last uses of keys, and what still comes with replaced secrets, every few seconds, never per request; once more at the end.</summary>
internal sealed partial class LastUsedWriter(
    KeyCache cache, NpgsqlDataSource database, TimeProvider clock, IOptions<ApiKeysOptions> options, ILogger<LastUsedWriter> logger) : BackgroundService
{
    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(3);

    // Rows are locked in the order of their ids, so that nodes that write at once cannot deadlock.
    private const string Sql = """
        UPDATE access.api_keys k SET last_used_at = newer.at
        FROM (SELECT old.id, used.at FROM access.api_keys old JOIN unnest($1::uuid[], $2::timestamptz[]) AS used (id, at) ON used.id = old.id
              WHERE old.last_used_at IS NULL OR old.last_used_at < used.at ORDER BY old.id FOR NO KEY UPDATE OF old) newer
        WHERE k.id = newer.id
        """;

    private readonly Dictionary<Guid, long> _pending = [];
    private readonly ReplacedSecretUses _replaced = new();

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);

        // The host's patience may be used up by an exchange that did not end.
        using var limit = new CancellationTokenSource(ShutdownLimit, clock);
        try
        {
            await FlushAsync(limit.Token).WaitAsync(ShutdownLimit, clock, CancellationToken.None);
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException)
        {
            LogNotWritten(_pending.Count, e.Message);
        }
    }

    /// <summary>Writes what has come together; keeps it for the next time when the store is away.</summary>
    internal async Task FlushAsync(CancellationToken cancellationToken)
    {
        foreach (var caller in cache.UsedRecords())
        {
            _replaced.Collect(caller);
            var ticks = caller.Usage.Drain();
            if (ticks > _pending.GetValueOrDefault(caller.KeyId.Value))
            {
                _pending[caller.KeyId.Value] = ticks;
            }
        }

        try
        {
            await WriteLastUsesAsync(cancellationToken);
            await _replaced.WriteAsync(database, cancellationToken);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            LogNotWritten(_pending.Count, e.Message);
        }
    }

    private async Task WriteLastUsesAsync(CancellationToken cancellationToken)
    {
        if (_pending.Count > 0)
        {
            await using var command = database.CreateCommand(Sql);
            command.Parameters.AddWithValue(_pending.Keys.ToArray());
            command.Parameters.AddWithValue(_pending.Values.Select(ticks => new DateTime(ticks, DateTimeKind.Utc)).ToArray());
            await command.ExecuteNonQueryAsync(cancellationToken);
            _pending.Clear();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.LastUsedSeconds), clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await FlushAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // StopAsync writes the rest.
        }
    }

    [LoggerMessage(2002, LogLevel.Warning, "The last use of {Count} keys could not be written, trying again later: {Reason}")]
    private partial void LogNotWritten(int count, string reason);
}
