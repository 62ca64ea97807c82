using DataHub.Bench.Runner.Processes;

namespace DataHub.Bench.Runner.Stores;

/// <summary>
/// A private PostgreSQL on the stores' core. It does not wait for the disk and does not vacuum: what is measured is the gateway, and
/// the disk of a shared machine would only add noise.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private readonly ChildProcess _process;

    private PostgresServer(ChildProcess process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public int ProcessId => _process.Id;

    public static async Task<PostgresServer> StartAsync(string folder, int core, CancellationToken cancellationToken)
    {
        var data = Path.Combine(folder, "data");
        Directory.CreateDirectory(data);
        string[] user = [];
        if (Environment.IsPrivilegedProcess)
        {
            // The server refuses to run as root.
            user = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"];
            await Commands.RunAsync(["chown", "-R", "postgres:postgres", folder], TimeSpan.FromSeconds(5), cancellationToken);
        }

        var binaries = Binaries();
        await Commands.RunAsync(
            [.. user, Path.Combine(binaries, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
            TimeSpan.FromSeconds(60),
            cancellationToken);
        var port = Commands.FreePort();
        string[] settings =
        [
            $"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "shared_buffers=64MB", "fsync=off",
            "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "max_wal_size=8GB", "checkpoint_timeout=1h",
        ];
        var process = ChildProcess.Start(
            "postgres",
            core,
            folder,
            [.. user, Path.Combine(binaries, "postgres"), "-D", data, .. settings.SelectMany(s => new[] { "-c", s })],
            stopSignal: ChildProcess.Interrupt);
        var server = new PostgresServer(process, port);
        await process.UntilReadyAsync(
            async () => (await TryAsync([Path.Combine(binaries, "pg_isready"), "-q", "-h", "127.0.0.1", "-p", $"{port}"], cancellationToken)),
            cancellationToken);
        return server;
    }

    /// <summary>Makes an empty database.</summary>
    public Task CreateAsync(string database, CancellationToken cancellationToken) => Commands.RunAsync(
        [Path.Combine(Binaries(), "createdb"), "-h", "127.0.0.1", "-p", $"{Port}", "-U", "postgres", database],
        TimeSpan.FromSeconds(20),
        cancellationToken);

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static string Binaries()
    {
        const string debian = "/usr/lib/postgresql";
        var folders = Directory.Exists(debian) ? Directory.GetDirectories(debian).Select(version => Path.Combine(version, "bin")) : [];
        return folders.Append("/usr/bin").Where(folder => File.Exists(Path.Combine(folder, "postgres"))).Order(StringComparer.Ordinal).LastOrDefault()
            ?? throw new BenchException("The binaries of PostgreSQL are missing: apt-get install postgresql");
    }

    private static async Task<bool> TryAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        try
        {
            await Commands.RunAsync(command, TimeSpan.FromSeconds(5), cancellationToken);
            return true;
        }
        catch (BenchException)
        {
            return false;
        }
    }
}
