using System.Globalization;
using DataHub.Application.Abstractions;

namespace DataHub.Infrastructure.Access.Secrets;

/// <summary>Files of secrets: created with mode 0600 in a folder of mode 0700, refused when anybody else may read them.</summary>
internal static class OwnerOnlyFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = (UnixFileMode)0b000_111_111;

    /// <summary>The text of a file.</summary>
    /// <exception cref="StartupRefusedException">Others than the owner have access to it.</exception>
    public static string Read(string path)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) is var wide and not 0)
        {
            var mode = Convert.ToString((int)(wide | OwnerOnly), 8).PadLeft(4, '0');
            throw new StartupRefusedException(string.Create(
                CultureInfo.InvariantCulture,
                $"The secret file {path} is open to others (mode {mode}). Close it with: chmod 600 '{path}'. If somebody else may have read it, replace its content as well."));
        }

        return File.ReadAllText(path);
    }

    /// <summary>Creates a file as a whole; leaves one that exists already as it is.</summary>
    /// <returns>False when it existed already.</returns>
    public static bool TryCreate(string path, string content)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
        }

        var aside = $"{path}.{Environment.ProcessId}.new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using (var file = new FileStream(aside, options))
        {
            file.Write(System.Text.Encoding.UTF8.GetBytes(content));
            file.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(aside, path, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(aside);
            return false;
        }
    }
}
