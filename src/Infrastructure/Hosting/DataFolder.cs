using System.Globalization;
using DataHub.Application.Abstractions;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Hosting;

/// <summary>Makes the data folder and holds it: a second process on the same folder is refused.</summary>
internal sealed class DataFolder : IDataFolder, IDisposable
{
    private readonly FileStream _lock;

    public DataFolder(IOptions<GatewayOptions> options)
    {
        Path = System.IO.Path.GetFullPath(options.Value.DataPath);
        try
        {
            Directory.CreateDirectory(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(e);
        }

        _lock = Take(System.IO.Path.Combine(Path, "lock"));
        NoteHolder();
    }

    public string Path { get; }

    // Beside the lock, not in it: what is locked cannot be read.
    private string PidFile => System.IO.Path.Combine(Path, "pid");

    public void Dispose() => _lock.Dispose();

    // FileShare.None is flock(2): the kernel drops it with the process, so kill -9 leaves nothing to clean up.
    private FileStream Take(string file)
    {
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw Unusable(e);
        }
        catch (IOException e)
        {
            throw new StartupRefusedException(
                $"The data folder {Path} is in use by another gateway{Holder()}. Stop that one, or give this one a folder of its own with DATAHUB_DATA=/another/folder.", e);
        }
    }

    // For people only: a disk that is full must not look like another gateway.
    private void NoteHolder()
    {
        try
        {
            File.WriteAllText(PidFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever finds the folder taken is told without the number.
        }
    }

    private StartupRefusedException Unusable(Exception cause) =>
        new($"The data folder {Path} cannot be used: {cause.Message} Give this user the folder (chown -R {Environment.UserName} '{Path}'), or name another one with DATAHUB_DATA.", cause);

    private string Holder() =>
        File.Exists(PidFile) && int.TryParse(File.ReadAllText(PidFile), CultureInfo.InvariantCulture, out var pid) ? $" (process {pid})" : "";
}
