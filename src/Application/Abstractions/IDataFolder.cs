namespace DataHub.Application.Abstractions;

/// <summary>The folder in which this node keeps what must outlive the process: snapshot, secrets, spool, private database.</summary>
public interface IDataFolder
{
    /// <summary>The absolute path of a folder that exists, is open to the owner only, and belongs to this process alone.</summary>
    string Path { get; }
}
