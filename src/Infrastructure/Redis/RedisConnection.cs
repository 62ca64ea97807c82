using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace DataHub.Infrastructure.Redis;

/// <summary>Connects, watches and rebuilds. See <see cref="IRedisConnection"/> for what callers may rely on.</summary>
/// <remarks>
/// The client's asynchronous calls never time out against a frozen server, so every wait is bounded here; and a socket that went dead
/// without a word is not noticed for long, so after a while of unanswered probes the whole connection is thrown away and built anew.
/// </remarks>
internal sealed partial class RedisConnection(IOptions<RedisOptions> options, TimeProvider clock, ILogger<RedisConnection> logger)
    : BackgroundService, IRedisConnection
{
    private static readonly TimeSpan FirstConnection = TimeSpan.FromMilliseconds(1_000);
    private static readonly TimeSpan ProbePause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(5);
    private const int MaxGraces = 3;
    private static readonly TimeSpan RebuildAfter = TimeSpan.FromMilliseconds(1_500);

    private readonly TimeSpan _timeout = TimeSpan.FromMilliseconds(options.Value.TimeoutMilliseconds);
    private readonly List<Func<IDatabase, CancellationToken, Task>> _recoveries = [];
    private readonly SemaphoreSlim _tripped = new(0);
    private readonly TaskCompletionSource _firstConnection = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ConnectionMultiplexer? _multiplexer;
    private IDatabase? _database;
    private long _awaySince = clock.GetTimestamp();
    private volatile bool _available;

    public bool IsConfigured { get; } = !string.IsNullOrWhiteSpace(options.Value.ConnectionString);

    public bool IsAvailable => _available;

    public TimeSpan AwayFor => _available ? TimeSpan.Zero : clock.GetElapsedTime(Volatile.Read(ref _awaySince));

    public bool IsCluster { get; private set; }

    public string KeyPrefix => options.Value.KeyPrefix;

    public void OnRecovery(Func<IDatabase, CancellationToken, Task> work) => _recoveries.Add(work);

    public async ValueTask<RedisReply<T>> CallAsync<TState, T>(TState state, Func<IDatabase, TState, Task<T>> call)
    {
        var database = Volatile.Read(ref _database);
        if (!_available || database is null)
        {
            return default;
        }

        Task<T> reply;
        try
        {
            reply = call(database, state);
            await WaitAsync(reply).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever the client throws at once (a closed socket, a disposed connection): Redis is away, and the caller has an answer for that.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Trip(database, e.GetType().Name);
            return default;
        }

        if (reply.IsCompletedSuccessfully)
        {
            return new RedisReply<T>(true, reply.Result);
        }

        // Observed, so that a late failure is nobody's surprise.
        _ = reply.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        Trip(database, reply.IsCompleted ? reply.Exception?.GetBaseException().GetType().Name ?? "cancelled" : "time-out");
        return default;
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);
        if (IsConfigured)
        {
            // A Redis that is there is used from the first request on; one that is not does not hold the start up.
            await Task.WhenAny(_firstConnection.Task, Task.Delay(FirstConnection, clock, cancellationToken));
        }
    }

    public override void Dispose()
    {
        Discard(_multiplexer);
        _tripped.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!IsConfigured)
        {
            return;
        }

        // Connecting may block on name resolution.
        await Task.Yield();
        try
        {
            while (true)
            {
                await RecoverAsync(stoppingToken);
                _firstConnection.TrySetResult();
                await _tripped.WaitAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            _available = false;
        }
    }

    // Nothing is thrown on a time-out: the first exception of a process costs more than the time-out itself.
    private async ValueTask WaitAsync(Task reply)
    {
        var patience = _timeout;
        for (var graces = MaxGraces; !reply.IsCompleted; graces--)
        {
            var started = clock.GetTimestamp();
            await reply.WaitAsync(patience, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (reply.IsCompleted || graces == 0 || clock.GetElapsedTime(started) < patience + Grace)
            {
                return;
            }

            // The time-out itself came late: this process had no processor, which says nothing about Redis. The reply is due any moment.
            patience = Grace;
        }
    }

    private async Task RecoverAsync(CancellationToken cancellationToken)
    {
        var builtAt = clock.GetTimestamp();
        var failing = false;
        while (!_available)
        {
            try
            {
                if (_multiplexer is null || (failing && clock.GetElapsedTime(builtAt) > RebuildAfter))
                {
                    await BuildAsync();
                    builtAt = clock.GetTimestamp();
                }

                var database = _database!;
                await database.PingAsync().WaitAsync(_timeout, clock, cancellationToken);

                // Known only once it was reached.
                IsCluster = Array.Exists(_multiplexer!.GetEndPoints(), endpoint => _multiplexer.GetServer(endpoint).ServerType == ServerType.Cluster);
                foreach (var work in _recoveries)
                {
                    await work(database, cancellationToken);
                }

                _available = true;
                LogAvailable();
                return;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw;
            }
#pragma warning disable CA1031 // The loop is the answer to every failure.
            catch (Exception e)
#pragma warning restore CA1031
            {
                if (!failing)
                {
                    LogStillAway(e.GetType().Name);
                }

                failing = true;
            }

            await Task.Delay(ProbePause, clock, cancellationToken);
        }
    }

    private async Task BuildAsync()
    {
        var configuration = ConfigurationOptions.Parse(options.Value.ConnectionString);
        configuration.AbortOnConnectFail = false;
        configuration.ConnectRetry = 1;
        configuration.ConnectTimeout = 1_000;
        configuration.ClientName = "datahub";
        var built = await ConnectionMultiplexer.ConnectAsync(configuration);

        // Replies may complete on any thread: with the order kept, one slow continuation holds up all.
        built.PreserveAsyncOrder = false;
        var old = _multiplexer;
        _multiplexer = built;
        Volatile.Write(ref _database, built.GetDatabase());
        Discard(old);
    }

    private void Trip(IDatabase database, string cause)
    {
        // A call that outlived its connection says nothing about the new one.
        if (!ReferenceEquals(database, Volatile.Read(ref _database)) || !_available)
        {
            return;
        }

        Volatile.Write(ref _awaySince, clock.GetTimestamp());
        _available = false;
        LogAway(cause);
        _tripped.Release();
    }

    // Closing waits for the socket, which a frozen server does not answer; nobody waits for it.
    private static void Discard(ConnectionMultiplexer? multiplexer)
    {
        if (multiplexer is not null)
        {
            _ = Task.Run(() => multiplexer.Close(allowCommandsToComplete: false));
        }
    }

    [LoggerMessage(6101, LogLevel.Information, "Redis answers.")]
    private partial void LogAvailable();

    [LoggerMessage(6102, LogLevel.Warning, "Redis is away ({Cause}); this node decides alone until it answers.")]
    private partial void LogAway(string cause);

    [LoggerMessage(6103, LogLevel.Warning, "Redis does not answer yet ({Cause}).")]
    private partial void LogStillAway(string cause);
}
