using System.Globalization;
using DataHub.Application.Abstractions;

namespace DataHub.Infrastructure.Persistence.Embedded;

/// <summary>The server programs of one PostgreSQL version.</summary>
/// <param name="Folder">Holds <c>postgres</c> and <c>initdb</c>.</param>
/// <param name="Major">The major version, such as 15; null when it is not known from the path.</param>
internal sealed record PostgresBinaries(string Folder, int? Major)
{
    private const string DebianRoot = "/usr/lib/postgresql";

    public string Postgres => Path.Combine(Folder, "postgres");

    public string InitDb => Path.Combine(Folder, "initdb");

    /// <summary>The programs for a cluster: of its own version when it exists, else the newest installed.</summary>
    /// <param name="clusterMajor">What <c>PG_VERSION</c> of an existing cluster says; null for a new one.</param>
    /// <exception cref="StartupRefusedException">None is installed, or not the version that the cluster needs.</exception>
    public static PostgresBinaries Find(int? clusterMajor) => Find(clusterMajor, DebianRoot, Environment.GetEnvironmentVariable("PATH") ?? "");

    internal static PostgresBinaries Find(int? clusterMajor, string debianRoot, string path)
    {
        var installed = Installed(debianRoot, path).ToList();
        if (installed.Count == 0)
        {
            var package = clusterMajor is { } major ? $"postgresql-{major.ToString(CultureInfo.InvariantCulture)}" : "postgresql";
            throw new StartupRefusedException(
                $"""
                No PostgreSQL server programs were found (looked in {debianRoot}/*/bin and PATH). Either install them:
                    sudo apt-get install -y --no-install-recommends {package}
                or use a server that runs already:
                    DataHub__Database__ConnectionString='Host=…;Username=…;Password=…;Database=…'
                """);
        }

        return installed.FirstOrDefault(b => clusterMajor is null || b.Major is null || b.Major == clusterMajor)
            ?? throw new StartupRefusedException(
                $"""
                The data folder was written by PostgreSQL {clusterMajor}, but only {string.Join(", ", installed.Select(b => b.Major))} is installed. Install the same version:
                    sudo apt-get install -y --no-install-recommends postgresql-{clusterMajor}
                or upgrade the cluster as docs/how-to/back-up.md says.
                """);
    }

    private static IEnumerable<PostgresBinaries> Installed(string debianRoot, string path)
    {
        var debian = Directory.Exists(debianRoot) ? Directory.GetDirectories(debianRoot) : [];
        var versions = debian
            .Select(folder => (Folder: Path.Combine(folder, "bin"), Major: MajorOf(Path.GetFileName(folder))))
            .Where(v => v.Major is not null)
            .OrderByDescending(v => v.Major);
        var onPath = path.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => (Folder: folder, Major: (int?)null));
        return versions.Concat(onPath).Select(v => new PostgresBinaries(v.Folder, v.Major)).Where(b => File.Exists(b.Postgres) && File.Exists(b.InitDb));
    }

    private static int? MajorOf(string? name) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : null;
}
