using System.Reflection;
using DataHub.Application.Abstractions;
using DataHub.Infrastructure.Persistence;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DataHub.Infrastructure.Hosting;

/// <summary>
/// Tells the database every three seconds that this node lives, and counts those that do. A node that comes or leaves says so to the
/// others at once; one that was killed is forgotten after fifteen seconds.
/// </summary>
internal sealed partial class NodeDirectory(
    NpgsqlDataSource dataSource, NodeCensus census, IOptions<GatewayOptions> gateway, TimeProvider clock, ILogger<NodeDirectory> logger)
    : BackgroundService, INodeDirectory, IChangeHandler
{
    private const int CommandSeconds = 2;
    private const string Silence = "interval '15 s'";

    private const string BeatSql = $"""
        WITH beat AS (
            INSERT INTO platform.nodes (id, name, address, version, started_at, seen_at)
            VALUES ($1, $2, $3, $4, clock_timestamp() - make_interval(secs => $5), clock_timestamp())
            ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at
            RETURNING xmax = 0 AS joined),
        forgotten AS (
            DELETE FROM platform.nodes WHERE id IN (
                SELECT id FROM platform.nodes WHERE seen_at < clock_timestamp() - interval '1 hour' AND id <> $1 FOR UPDATE SKIP LOCKED))
        SELECT joined, count(others.id), count(others.id) FILTER (WHERE others.id < $1)
        FROM beat LEFT JOIN platform.nodes others ON others.id <> $1 AND others.seen_at > clock_timestamp() - {Silence}
        GROUP BY joined
        """;

    private const string ListSql = $"""
        SELECT id, name, address, version, started_at, seen_at, seen_at > clock_timestamp() - {Silence}
        FROM platform.nodes WHERE seen_at > clock_timestamp() - interval '1 hour' ORDER BY name, id LIMIT $1
        """;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(CommandSeconds + 1);
    private static readonly string Version = typeof(NodeDirectory).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";

    private readonly long _started = clock.GetTimestamp();
    private readonly SemaphoreSlim _beating = new(1, 1);
    private bool _away;

    /// <inheritdoc/>
    public int KnownNodes => census.Standing.Nodes;

    /// <inheritdoc/>
    public string Topic => ChangeTopics.Nodes;

    /// <inheritdoc/>
    public Task OnChangedAsync(string payload, CancellationToken cancellationToken) => TryBeatAsync(cancellationToken);

    /// <inheritdoc/>
    public Task CatchUpAsync(CancellationToken cancellationToken) => Task.CompletedTask; // The next beat counts anyway.

    /// <inheritdoc/>
    public async Task<IReadOnlyList<NodeEntry>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(ListSql);
        command.Parameters.AddWithValue(ListRequest.MaxLimit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var nodes = new List<NodeEntry>();
        while (await reader.ReadAsync(cancellationToken))
        {
            nodes.Add(new NodeEntry(
                reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetString(3),
                reader.GetFieldValue<DateTimeOffset>(4), reader.GetFieldValue<DateTimeOffset>(5), reader.GetBoolean(6), reader.GetGuid(0) == census.Self));
        }

        return nodes;
    }

    /// <summary>Counts before the first request is served, so that nodes that start together know of each other.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await census.LoadAsync(cancellationToken);
        await TryBeatAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (!_away)
        {
            // The host's patience may be used up by an exchange that did not end; leaving is bounded by itself.
            await BoundedAsync(LeaveAsync, CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _beating.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TryBeatAsync(stoppingToken);
                await census.SaveAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task TryBeatAsync(CancellationToken cancellationToken)
    {
        await _beating.WaitAsync(cancellationToken);
        try
        {
            var failure = await BoundedAsync(BeatAsync, cancellationToken);
            if (failure is not null && !_away)
            {
                LogAway(failure);
            }

            _away = failure is not null;
        }
        finally
        {
            _beating.Release();
        }
    }

    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(BeatSql);
        command.CommandTimeout = CommandSeconds;
        command.Parameters.AddWithValue(census.Self);
        command.Parameters.AddWithValue(gateway.Value.NodeName);
        command.Parameters.AddWithValue($"{gateway.Value.Address}:{gateway.Value.Port}");
        command.Parameters.AddWithValue(Version);
        command.Parameters.AddWithValue(clock.GetElapsedTime(_started).TotalSeconds);
        var joined = false;
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (await reader.ReadAsync(cancellationToken))
            {
                joined = reader.GetBoolean(0);
                census.Tell(NodeSource.Database, new NodeStanding((int)reader.GetInt64(1) + 1, (int)reader.GetInt64(2)));
            }
        }

        if (joined)
        {
            await AnnounceAsync("", cancellationToken);
        }
    }

    private async Task LeaveAsync(CancellationToken cancellationToken)
    {
        await census.SaveAsync(cancellationToken);
        await AnnounceAsync("DELETE FROM platform.nodes WHERE id = $1; ", cancellationToken);
    }

    private async Task AnnounceAsync(string first, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        if (first.Length > 0)
        {
            await using var command = new NpgsqlCommand(first, connection) { CommandTimeout = CommandSeconds };
            command.Parameters.AddWithValue(census.Self);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var notify = new NpgsqlCommand("SELECT pg_notify($1, $2)", connection) { CommandTimeout = CommandSeconds };
        notify.Parameters.AddWithValue(TransactionRunner.Channel);
        notify.Parameters.AddWithValue(ChangeTopics.Nodes + ":");
        await notify.ExecuteNonQueryAsync(cancellationToken);
    }

    // A frozen server holds up even the cancellation; the attempt is then left to itself.
    private async Task<string?> BoundedAsync(Func<CancellationToken, Task> attempt, CancellationToken cancellationToken)
    {
        try
        {
            await attempt(cancellationToken).WaitAsync(AnswerLimit, clock, cancellationToken);
            return null;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException or System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            return e.GetBaseException().Message;
        }
    }

    [LoggerMessage(6010, LogLevel.Warning, "The nodes cannot be counted by the database ({Reason}); the last known count stands.")]
    private partial void LogAway(string reason);
}
