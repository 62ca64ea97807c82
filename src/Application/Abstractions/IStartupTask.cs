namespace DataHub.Application.Abstractions;

/// <summary>Work that a database needs once its schema is in place, such as seeds. Runs at every start, so it must be idempotent.</summary>
/// <remarks>
/// Tasks run in one scope, in ascending <see cref="Order"/>. While the database is away they are repeated in the background,
/// and the gateway serves from its snapshot meanwhile.
/// </remarks>
public interface IStartupTask
{
    /// <summary>Place in the sequence; lower runs earlier. Seeds of tiers are at 100, what refers to them comes later.</summary>
    int Order { get; }

    /// <summary>Does the work.</summary>
    /// <param name="cancellationToken">Ends with the process.</param>
    Task RunAsync(CancellationToken cancellationToken);
}
