using System.Diagnostics;
using System.Globalization;
using DataHub.Infrastructure.Persistence;
using DataHub.TestKit.Waiting;
using Npgsql;

namespace DataHub.TestKit.Fixtures;

/// <summary>A PostgreSQL of a test's own, on a free port, that the test may kill, freeze and start again.</summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    private static readonly string Binaries = Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Last() + "/bin";

    private const string Small = "-c fsync=off -c shared_buffers=16MB -c max_connections=30";

    private readonly string _folder;
    private readonly int _port;
    private readonly string _settings;

    private PrivatePostgres(string folder, int port, string settings) => (_folder, _port, _settings) = (folder, port, settings);

    /// <summary>Connection string with short time-outs.</summary>
    public string ConnectionString => string.Create(CultureInfo.InvariantCulture,
        $"Host=127.0.0.1;Port={_port};Username=postgres;Database=postgres;Timeout=2;Command Timeout=10;Cancellation Timeout=500;Maximum Pool Size=10");

    /// <summary>Makes a cluster and starts it.</summary>
    /// <param name="settings">Options of the server; default: small, and not safe from power cuts.</param>
    public static async Task<PrivatePostgres> StartNewAsync(string settings = Small)
    {
        var folder = Directory.CreateTempSubdirectory("datahub-pg").FullName;
        await RunAsync("chown", ["-R", "postgres", folder]);
        await RunServerToolAsync("initdb", ["-D", folder + "/data", "-A", "trust", "-N", "-U", "postgres", "--no-instructions"]);
        var server = new PrivatePostgres(folder, FreePort.Find(), settings);
        await server.StartAsync();
        return server;
    }

    public async Task StartAsync()
    {
        var options = string.Create(CultureInfo.InvariantCulture, $"-p {_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= {_settings}");
        await RunServerToolAsync("pg_ctl", ["-D", _folder + "/data", "-w", "-l", _folder + "/log", "-o", options, "start"]);
        await Eventually.TrueAsync(AnswersAsync, "PostgreSQL answers");
    }

    /// <summary>Makes the schema of the gateway, as its start does.</summary>
    public async Task InstallSchemaAsync()
    {
        await using var dataSource = NpgsqlDataSource.Create(ConnectionString);
        await SchemaInstaller.InstallAsync(dataSource, CancellationToken.None);
        await PendingSchema.InstallAsync(dataSource);
    }

    /// <summary>Stops at once, as a crash does: every process is killed.</summary>
    public async Task KillAsync()
    {
        foreach (var process in Processes())
        {
            await RunAsync("kill", ["-9", process], mayFail: true);
        }

        await Eventually.TrueAsync(() => Processes().Count == 0, "PostgreSQL is gone");
        File.Delete(_folder + "/data/postmaster.pid");
    }

    /// <summary>Freezes every process: connections stay open and nothing answers.</summary>
    public Task FreezeAsync() => SignalAllAsync("-STOP");

    /// <summary>Lets the frozen processes go on.</summary>
    public Task ThawAsync() => SignalAllAsync("-CONT");

    public async ValueTask DisposeAsync()
    {
        await ThawAsync();
        await KillAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task SignalAllAsync(string signal)
    {
        foreach (var process in Processes())
        {
            await RunAsync("kill", [signal, process], mayFail: true);
        }
    }

    // The processes of this cluster alone: the postmaster, and those whose parent it is.
    private List<string> Processes()
    {
        var pidFile = _folder + "/data/postmaster.pid";
        if (!File.Exists(pidFile))
        {
            return [];
        }

        var postmaster = File.ReadLines(pidFile).First().Trim();
        var found = new List<string>();
        foreach (var directory in Directory.GetDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])))
        {
            try
            {
                var stat = File.ReadAllText(directory + "/stat");
                var afterName = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                var id = Path.GetFileName(directory);
                if ((id == postmaster || afterName[1] == postmaster) && afterName[0] != "Z")
                {
                    found.Add(id);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile.
            }
        }

        return found;
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static Task RunServerToolAsync(string tool, string[] arguments) =>
        Environment.UserName == "root"
            ? RunAsync("setpriv", ["--reuid", "postgres", "--regid", "postgres", "--clear-groups", $"{Binaries}/{tool}", .. arguments])
            : RunAsync($"{Binaries}/{tool}", arguments);

    private static async Task RunAsync(string command, string[] arguments, bool mayFail = false)
    {
        // Output goes nowhere: a server that inherits a pipe would keep it open for ever.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >/dev/null 2>&1", "sh", command, .. arguments]) { WorkingDirectory = "/" };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0 && !mayFail)
        {
            throw new InvalidOperationException($"{command} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
        }
    }
}
