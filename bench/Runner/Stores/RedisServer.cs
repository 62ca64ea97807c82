using DataHub.Bench.Runner.Processes;

namespace DataHub.Bench.Runner.Stores;

/// <summary>A private Redis on the stores' core, in memory only.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly ChildProcess _process;

    private RedisServer(ChildProcess process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public int ProcessId => _process.Id;

    public static async Task<RedisServer> StartAsync(string folder, int core, CancellationToken cancellationToken)
    {
        var port = Commands.FreePort();
        var process = ChildProcess.Start(
            "redis", core, folder, ["redis-server", "--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        await process.UntilReadyAsync(() => Commands.ListensAsync(port), cancellationToken);
        return new RedisServer(process, port);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
