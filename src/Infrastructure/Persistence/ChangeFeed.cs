using System.Globalization;
using System.Net.Sockets;
using DataHub.Application.Abstractions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DataHub.Infrastructure.Persistence;

/// <summary>
/// Listens to what other nodes commit and hands it to the handlers of the topic. A connection that is lost is made anew, with
/// growing pauses; every handler catches up after that. At every poll it does so as well, whether or not anything listens: a missed
/// notification costs one poll interval, and so does each of them where none can come through, as behind a pooler of transactions.
/// </summary>
internal sealed partial class ChangeFeed(
    NpgsqlDataSource dataSource, IEnumerable<IChangeHandler> handlers, IOptions<ChangeFeedOptions> options, TimeProvider clock, ILogger<ChangeFeed> logger)
    : BackgroundService
{
    private const int CommandSeconds = 5;
    // Npgsql counts in milliseconds, and takes 0 of them for ever.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(CommandSeconds + 1);
    private static readonly TimeSpan HandlerLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PruneInterval = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly List<ChangeHandlerQueue> _queues = [.. handlers.Select(h => new ChangeHandlerQueue(h, HandlerLimit, clock, logger))];
    private readonly TimeSpan _pollInterval = TimeSpan.FromSeconds(options.Value.PollSeconds);
    private DateTimeOffset _prunedAt = DateTimeOffset.MinValue;

    /// <summary>Backend process id of the listening connection; 0 while there is none.</summary>
    public int ListeningProcessId { get; private set; }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll([.. _queues.Select(q => q.RunAsync(stoppingToken)), StayConnectedAsync(stoppingToken), PollAsync(stoppingToken)]);

    private async Task PollAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_pollInterval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            // While the database is away, handlers are left in peace.
            if (ListeningProcessId != 0 || await AnswersAsync(stoppingToken))
            {
                CatchUp();
            }
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var command = dataSource.CreateCommand("SELECT 1");
            command.CommandTimeout = CommandSeconds;
            await command.ExecuteScalarAsync(cancellationToken).WaitAsync(AnswerLimit, clock, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or SocketException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task StayConnectedAsync(CancellationToken stoppingToken)
    {
        var pause = FirstPause;
        while (true)
        {
            try
            {
                await ListenAsync(() => pause = FirstPause, stoppingToken);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogLost(e.Message, pause.TotalSeconds);
            }

            ListeningProcessId = 0;
            await Task.Delay(pause, clock, stoppingToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task ListenAsync(Action connected, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            await ListenOnAsync(connection, connected, cancellationToken);
        }
        finally
        {
            // Not awaited: closing a connection to a frozen server waits for that server.
            _ = connection.DisposeAsync().AsTask();
        }
    }

    private async Task ListenOnAsync(NpgsqlConnection connection, Action connected, CancellationToken cancellationToken)
    {
        connection.Notification += (_, notification) => Dispatch(notification.Payload);
        await ExecuteAsync(connection, "LISTEN " + TransactionRunner.Channel, cancellationToken);
        ListeningProcessId = connection.ProcessID;
        connected();
        CatchUp();
        LogListening();
        while (true)
        {
            // The statement after every wait finds out that the other side is gone without a word.
            await WaitForPollAsync(connection, cancellationToken);
            await ProbeAsync(connection, cancellationToken);
        }
    }

    private async Task WaitForPollAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        for (var left = _pollInterval; left >= ShortestWait; left = _pollInterval - clock.GetElapsedTime(began))
        {
            await connection.WaitAsync(left, cancellationToken); // Returns at a notification too; it was dispatched by then.
        }
    }

    private async Task ProbeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var prune = now - _prunedAt >= PruneInterval;
        await ExecuteAsync(connection, prune ? "DELETE FROM platform.changes WHERE at < clock_timestamp() - interval '1 hour'" : "SELECT 1", cancellationToken);
        _prunedAt = prune ? now : _prunedAt;
    }

    private void Dispatch(string message)
    {
        var colon = message.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return;
        }

        var change = Read(message[(colon + 1)..]);
        foreach (var queue in _queues)
        {
            if (message.AsSpan(0, colon).SequenceEqual(queue.Topic))
            {
                queue.Enqueue(change);
            }
        }
    }

    // payload@number@microseconds; a payload alone is one of a node of the version before.
    private static CommittedChange Read(string text)
    {
        var parts = text.Split('@');
        return parts.Length == 3 && long.TryParse(parts[1], CultureInfo.InvariantCulture, out var number) && long.TryParse(parts[2], CultureInfo.InvariantCulture, out var micros)
            ? new CommittedChange(parts[0], number, DateTimeOffset.UnixEpoch.AddMicroseconds(micros))
            : new CommittedChange(text, 0, default);
    }

    private void CatchUp() => _queues.ForEach(q => q.RequestCatchUp());

    // The command's own time-out asks the server to cancel, and a frozen one does not hear it: the second limit does without its answer.
    private async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = CommandSeconds };
        await command.ExecuteNonQueryAsync(cancellationToken).WaitAsync(AnswerLimit, clock, cancellationToken);
    }

    [LoggerMessage(1111, LogLevel.Information, "Listening for changes of other nodes.")]
    private partial void LogListening();

    [LoggerMessage(1112, LogLevel.Warning, "The connection that listens for changes was lost ({Reason}); trying again in {Seconds} s. The node goes on with what it has.")]
    private partial void LogLost(string reason, double seconds);
}
