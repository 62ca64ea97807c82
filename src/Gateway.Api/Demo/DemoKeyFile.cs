using System.Text;
using DataHub.Application.Abstractions;

namespace DataHub.Gateway.Api.Demo;

/// <summary>Keeps the secret of the demo key in <c>secrets/demo-key</c> of the data folder, so that a later start can print it again.</summary>
/// <param name="folder">The data folder.</param>
internal sealed class DemoKeyFile(IDataFolder folder)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TaskCompletionSource _usable = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when this start has made sure that the secret works.</summary>
    public Task Usable => _usable.Task;

    private string FilePath => Path.Combine(folder.Path, "secrets", "demo-key");

    /// <summary>The secret; null when there is none.</summary>
    public string? Read() => File.Exists(FilePath) ? File.ReadAllText(FilePath).Trim() : null;

    /// <summary>Says that the secret works; once more does no harm.</summary>
    public void MarkUsable() => _usable.TrySetResult();

    /// <summary>Replaces the secret.</summary>
    /// <param name="secret">The secret.</param>
    public void Write(ClearSecret secret)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!, OwnerOnly | UnixFileMode.UserExecute);
        File.Delete(FilePath); // A file that exists would keep its mode.
        using var file = new FileStream(FilePath, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
        file.Write(Encoding.ASCII.GetBytes(secret.Reveal()));
    }
}
