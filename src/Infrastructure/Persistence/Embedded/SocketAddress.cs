using System.Text;

namespace DataHub.Infrastructure.Persistence.Embedded;

/// <summary>The folder name by which a client reaches the server's socket. A socket path holds less than 108 bytes (unix(7)).</summary>
internal sealed class SocketAddress : IDisposable
{
    private const int MaxBytes = 107;
    private const string SocketName = "/.s.PGSQL.5432";

    private readonly string? _temporary;

    private SocketAddress(string folder, string? temporary) => (Folder, _temporary) = (folder, temporary);

    /// <summary>What goes into <c>Host=</c>.</summary>
    public string Folder { get; }

    /// <summary>Whether the server has made its socket. One that a killed server left counts as well.</summary>
    public bool Exists => File.Exists(Folder + SocketName);

    /// <summary>The folder itself, or a short link to it in a new folder that only this user may enter.</summary>
    /// <param name="clusterFolder">Where the server makes its socket.</param>
    public static SocketAddress Of(string clusterFolder)
    {
        if (Encoding.UTF8.GetByteCount(clusterFolder + SocketName) <= MaxBytes)
        {
            return new SocketAddress(clusterFolder, null);
        }

        var temporary = Directory.CreateTempSubdirectory("datahub-").FullName;
        var link = Path.Combine(temporary, "pg");
        File.CreateSymbolicLink(link, clusterFolder);
        return new SocketAddress(link, temporary);
    }

    public void Dispose()
    {
        if (_temporary is not null && Directory.Exists(_temporary))
        {
            File.Delete(Folder);
            Directory.Delete(_temporary);
        }
    }
}
