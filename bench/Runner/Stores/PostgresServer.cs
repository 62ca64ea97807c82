using DataHub.Bench.Runner.Processes;

namespace DataHub.Bench.Runner.Stores;

/// <summary>
/// A private PostgreSQL on the stores' core. It does not wait for the disk and does not vacuum: what is measured is the gateway, and
/// the disk of a shared machine would only add noise. It listens on a unix socket, as the private server of a gateway does.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private readonly ChildProcess _process;

    private PostgresServer(ChildProcess process, string host, int port) => (_process, Host, Port) = (process, host, port);

    /// <summary>The folder of the socket.</summary>
    public string Host { get; }

    public int Port { get; }

    public int ProcessId => _process.Id;

    public static async Task<PostgresServer> StartAsync(string folder, int core, CancellationToken cancellationToken)
    {
        var data = Path.Combine(folder, "data");
        Directory.CreateDirectory(data);
        var host = Directory.CreateTempSubdirectory("datahub-").FullName; // Short: the path of a socket holds less than 108 bytes.
        string[] user = [];
        if (Environment.IsPrivilegedProcess)
        {
            // The server refuses to run as root.
            user = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"];
            await Commands.RunAsync(["chown", "-R", "postgres:postgres", folder, host], TimeSpan.FromSeconds(5), cancellationToken);
        }

        var binaries = Binaries();
        await Commands.RunAsync(
            [.. user, Path.Combine(binaries, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
            TimeSpan.FromSeconds(60),
            cancellationToken);
        var port = Commands.FreePort();
        string[] settings =
        [
            $"port={port}", "listen_addresses=", $"unix_socket_directories={host}", "shared_buffers=64MB", "fsync=off",
            "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "max_wal_size=8GB", "checkpoint_timeout=1h",
        ];
        var process = ChildProcess.Start(
            "postgres",
            core,
            folder,
            [.. user, Path.Combine(binaries, "postgres"), "-D", data, .. settings.SelectMany(s => new[] { "-c", s })],
            stopSignal: ChildProcess.Interrupt);
        var server = new PostgresServer(process, host, port);
        await process.UntilReadyAsync(
            async () => (await TryAsync([Path.Combine(binaries, "pg_isready"), "-q", "-h", host, "-p", $"{port}"], cancellationToken)),
            cancellationToken);
        return server;
    }

    /// <summary>Makes an empty database.</summary>
    public Task CreateAsync(string database, CancellationToken cancellationToken) => Commands.RunAsync(
        [Path.Combine(Binaries(), "createdb"), "-h", Host, "-p", $"{Port}", "-U", "postgres", database],
        TimeSpan.FromSeconds(20),
        cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        Directory.Delete(Host, recursive: true);
    }

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
