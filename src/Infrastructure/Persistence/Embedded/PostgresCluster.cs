using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using DataHub.Application.Abstractions;

namespace DataHub.Infrastructure.Persistence.Embedded;

/// <summary>The cluster in the data folder, at rest: made once, mended after a crash, and the command that serves it.</summary>
/// <remarks>
/// The server gets its folder as an open descriptor (<c>/proc/self/fd/9</c>), not as a path: so it needs no permission on the
/// parents of the data folder, which often is under a home that is closed to others, and its socket path is short at any depth.
/// </remarks>
internal sealed class PostgresCluster(string dataFolder, ServerAccount account)
{
    /// <summary>Role and database of the gateway in its private cluster.</summary>
    public const string Name = "datahub";

    private const string Descriptor = "/proc/self/fd/9";

    // "$0" is the folder; what follows is the command. cd: the folder that the process was started in may be closed to the account.
    private const string OpenFolderThenRun = "cd / && exec 9<\"$0\" && exec \"$@\"";

    private static readonly UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The folder of the cluster, and of its socket.</summary>
    public string Folder { get; } = Path.Combine(dataFolder, "postgres");

    private string PidFile => Path.Combine(Folder, "postmaster.pid");

    /// <summary>The programs that fit this cluster.</summary>
    public PostgresBinaries FindBinaries() =>
        PostgresBinaries.Find(File.Exists(VersionFile) ? int.Parse(File.ReadAllText(VersionFile), CultureInfo.InvariantCulture) : null);

    private string VersionFile => Path.Combine(Folder, "PG_VERSION");

    /// <summary>Makes the cluster unless it exists. It is made aside and renamed, so a crash never leaves half of one.</summary>
    /// <param name="binaries">The programs.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task CreateAsync(PostgresBinaries binaries, CancellationToken cancellationToken)
    {
        if (File.Exists(VersionFile))
        {
            return;
        }

        var aside = Folder + ".new";
        if (Directory.Exists(aside))
        {
            Directory.Delete(aside, recursive: true);
        }

        Directory.CreateDirectory(aside, OwnerOnly);
        account.Own(aside);
        using var process = Start(
            aside,
            [.. account.Switch, binaries.InitDb, "-D", Descriptor, "-U", Name, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions"]);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new StartupRefusedException($"The private PostgreSQL could not be made in {Folder}: {(await errors).Trim()}");
        }

        Directory.Move(aside, Folder);
    }

    /// <summary>Starts the server. The calling thread must live as long as the server: the death signal is tied to it.</summary>
    /// <param name="binaries">The programs.</param>
    public Process StartServer(PostgresBinaries binaries) => Start(
        Folder,
        [
            // A session of its own: Ctrl-C in the terminal must reach the gateway only, which stops its server last.
            "setsid",
            .. account.Switch.Count > 0 ? account.Switch : ["setpriv"], "--pdeathsig", "INT",
            binaries.Postgres, "-D", Descriptor,
            .. Settings().SelectMany(s => new[] { "-c", s }),
        ]);

    /// <summary>
    /// Ends a server that outlived its gateway, and removes a pid file whose number now belongs to another program, which
    /// PostgreSQL itself would take for a running server. Call only while holding the data folder.
    /// </summary>
    /// <param name="clock">Paces the wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task MendAsync(TimeProvider clock, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        while (ReadPid() is { } pid && IsOurServer(pid))
        {
            var waited = clock.GetElapsedTime(began);
            if (waited > TimeSpan.FromSeconds(30))
            {
                throw new StartupRefusedException($"A PostgreSQL of an earlier run (process {pid}) still holds {Folder} and does not end; kill it: kill -9 {pid}");
            }

            // Fast at first; after ten seconds at once, which costs a recovery at the next start.
            Signal(pid, waited < TimeSpan.FromSeconds(10) ? Interrupt : Quit);
            await Task.Delay(TimeSpan.FromMilliseconds(50), clock, cancellationToken);
        }

        File.Delete(PidFile);
    }

    /// <summary>SIGINT: PostgreSQL's fast shutdown.</summary>
    public const int Interrupt = 2;

    /// <summary>SIGQUIT: PostgreSQL's immediate shutdown.</summary>
    public const int Quit = 3;

    /// <summary>Sends a signal to the server.</summary>
    public static void Signal(int pid, int signal) => _ = kill(pid, signal);

    private static string[] Settings() =>
    [
        "listen_addresses=",
        $"unix_socket_directories={Descriptor}",
        "unix_socket_permissions=0700",
        "max_connections=60",
        "shared_buffers=64MB",
        "max_wal_size=512MB",
        "synchronous_commit=on",
        "jit=off",
        "logging_collector=off",
        "log_destination=stderr",
        "log_line_prefix=",
        "log_min_messages=warning",
        "log_statement=none",
    ];

    private static Process Start(string folder, IEnumerable<string> command)
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (var argument in (string[])["-c", OpenFolderThenRun, folder, .. command])
        {
            start.ArgumentList.Add(argument);
        }

        // Its messages are read by people and by nobody else; PG* variables of the operator are about other servers.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("PG", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["LC_ALL"] = "C";
        return Process.Start(start)!;
    }

    private int? ReadPid()
    {
        try
        {
            return int.TryParse(File.ReadLines(PidFile).FirstOrDefault(), CultureInfo.InvariantCulture, out var pid) && pid > 1 ? pid : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private bool IsOurServer(int pid)
    {
        try
        {
            var open = new FileInfo($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/fd/9").LinkTarget;
            return open == Path.TrimEndingDirectorySeparator(ResolveLinks(Folder));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // /proc shows the real path, while the data folder may have been named through a symbolic link.
    private static string ResolveLinks(string folder)
    {
        var resolved = Path.GetPathRoot(folder)!;
        foreach (var part in folder[resolved.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var next = new DirectoryInfo(Path.Combine(resolved, part));
            resolved = next.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? next.FullName;
        }

        return resolved;
    }

#pragma warning disable SYSLIB1054, CA5392 // Source-generated imports need unsafe code; libc is always the system's.
    [DllImport("libc")]
    private static extern int kill(int pid, int signal);
#pragma warning restore SYSLIB1054, CA5392
}
