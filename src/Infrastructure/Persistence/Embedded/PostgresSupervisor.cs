using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace DataHub.Infrastructure.Persistence.Embedded;

/// <summary>Keeps the private server running from a thread of its own, and stops it at the end.</summary>
internal sealed partial class PostgresSupervisor(PostgresCluster cluster, PostgresBinaries binaries, TimeProvider clock, ILogger logger)
    : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private volatile string _lastMessage = "it said nothing";
    private Process? _server;

    /// <summary>Process id of the running server, or null.</summary>
    public int? ServerId
    {
        get
        {
            lock (_gate)
            {
                return _server?.Id;
            }
        }
    }

    /// <summary>The server's last words, for the operator.</summary>
    public string LastMessage => _lastMessage;

    /// <summary>How often the server ended without being told to.</summary>
    public int Failures { get; private set; }

    /// <summary>Starts the thread. The kernel ties the server's death signal to the thread that made it, so it is not a pooled one.</summary>
    public void Start() => new Thread(Supervise) { Name = "postgres", IsBackground = true }.Start();

    /// <summary>Stops the server: fast first, at once when that takes too long.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        foreach (var signal in (int[])[PostgresCluster.Interrupt, PostgresCluster.Quit])
        {
            Signal(signal);
            if (await Task.WhenAny(_ended.Task, Task.Delay(Patience, clock)) == _ended.Task)
            {
                return;
            }
        }

        lock (_gate)
        {
            _server?.Kill(entireProcessTree: true);
        }

        await _ended.Task;
    }

    /// <summary>Call after <see cref="StopAsync"/>.</summary>
    public void Dispose() => _stopping.Dispose();

    private void Signal(int signal)
    {
        lock (_gate)
        {
            if (_server is { } server)
            {
                PostgresCluster.Signal(server.Id, signal);
            }
        }
    }

    private void Supervise()
    {
        var pause = FirstPause;
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                var began = clock.GetTimestamp();
                RunOnce();
                if (_stopping.IsCancellationRequested)
                {
                    return;
                }

                Failures++;
                pause = clock.GetElapsedTime(began) > LongestPause ? FirstPause : Min(pause * 2, LongestPause);
                LogServerEnded(pause.TotalMilliseconds, LastMessage);
                _stopping.Token.WaitHandle.WaitOne(pause);
            }
        }
        catch (Exception e)
        {
            LogSupervisionFailed(e);
        }
        finally
        {
            _ended.SetResult();
        }
    }

    private void RunOnce()
    {
        using var server = cluster.StartServer(binaries);
        server.OutputDataReceived += static (_, _) => { };
        server.ErrorDataReceived += (_, line) => Note(line.Data);
        server.BeginOutputReadLine();
        server.BeginErrorReadLine();
        lock (_gate)
        {
            _server = server;
        }

        // A stop between the check and the start found no server to signal.
        if (_stopping.IsCancellationRequested)
        {
            Signal(PostgresCluster.Interrupt);
        }

        server.WaitForExit();
        lock (_gate)
        {
            _server = null;
        }
    }

    private void Note(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            return;
        }

        // The line that names the cause; hints and locations follow it.
        if (line.StartsWith("FATAL", StringComparison.Ordinal) || line.StartsWith("PANIC", StringComparison.Ordinal) || !_lastMessage.StartsWith("FATAL", StringComparison.Ordinal))
        {
            _lastMessage = line;
        }

        LogServerSays(line);
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    [LoggerMessage(6010, LogLevel.Error, "The private PostgreSQL ended ({LastMessage}); starting it again in {PauseMilliseconds} ms")]
    private partial void LogServerEnded(double pauseMilliseconds, string lastMessage);

    [LoggerMessage(6011, LogLevel.Debug, "PostgreSQL: {Line}")]
    private partial void LogServerSays(string line);

    [LoggerMessage(6012, LogLevel.Critical, "The private PostgreSQL cannot be started any more")]
    private partial void LogSupervisionFailed(Exception exception);
}
