using DataHub.Application.Abstractions;
using DataHub.Application.Routing.Contracts;
using DataHub.Application.Routing.Snapshots;
using DataHub.Domain.Routing;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Routing;

/// <summary>
/// What every write to the configuration has in common: one writer at a time, the whole result is checked before it is kept, and
/// every node hears of it.
/// </summary>
/// <param name="configuration">The stored configuration.</param>
/// <param name="changes">Announces the change.</param>
internal sealed class ConfigurationWriter(IRoutingConfiguration configuration, IChangePublisher changes) : IConfigurationCheck
{
    /// <summary>Takes the turn.</summary>
    public Task BeginAsync(CancellationToken cancellationToken) => configuration.LockAsync(cancellationToken);

    /// <summary>Checks the configuration with the change in it, and announces the change.</summary>
    /// <param name="written">The printed id of the resource that was written; its faults point into the request body.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <exception cref="DomainException">With every mistake.</exception>
    public async Task CompleteAsync(string written, CancellationToken cancellationToken)
    {
        var faults = SnapshotCompiler.Compile(await configuration.ReadAsync(cancellationToken)).Faults;
        if (faults.Count > 0)
        {
            throw new DomainException(ErrorOf(faults, written), [.. faults.Select(f => new DomainFault(PointerOf(f, written), f.Code, f.Message))]);
        }

        changes.Publish(ChangeTopics.Configuration);
    }

    /// <inheritdoc/>
    public async Task EnsureValidAsync(CancellationToken cancellationToken)
    {
        await BeginAsync(cancellationToken);
        await CompleteAsync("", cancellationToken);
    }

    /// <summary>Refuses when anything refers to the resource; then announces the change.</summary>
    /// <param name="what">The resource, as in <c>The upstream 'orders'</c>.</param>
    /// <param name="users">Selects the routes that refer to it.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <exception cref="DomainException"><see cref="RoutingErrors.InUse"/>, naming up to ten users.</exception>
    public async Task EnsureUnusedAsync(string what, Func<RouteDocument, bool> users, CancellationToken cancellationToken)
    {
        var found = ConfigurationUse.Describe(await configuration.ReadAsync(cancellationToken), users);
        if (found.Count > 0)
        {
            var more = found.Count > 10 ? $" and {found.Count - 10} more" : "";
            throw new DomainException(RoutingErrors.InUse, $"{what} is used by {string.Join(", ", found.Take(10))}{more}; delete or change them first.");
        }

        changes.Publish(ChangeTopics.Configuration);
    }

    private static DomainError ErrorOf(IReadOnlyList<ConfigFault> faults, string written)
    {
        if (faults.Any(f => f.Code == ErrorCodes.NameTaken))
        {
            return RoutingErrors.NameTaken;
        }

        return faults.Any(f => f.Code == ErrorCodes.RouteConflict) ? RoutingErrors.RouteConflict
            : faults.All(f => f.Resource == written) ? RoutingErrors.Invalid
            : RoutingErrors.ConfigInvalid;
    }

    private static string PointerOf(ConfigFault fault, string written) =>
        fault.Resource == written || fault.OtherResource == written ? fault.Pointer : $"/{fault.Resource}{fault.Pointer}";
}

/// <summary>Names the users of a resource.</summary>
internal static class ConfigurationUse
{
    /// <summary>One phrase a route.</summary>
    public static List<string> Describe(RoutingDocument document, Func<RouteDocument, bool> users)
    {
        var apis = document.Apis.ToDictionary(a => a.Id, a => a.Definition.Slug);
        return [.. document.Routes.Where(users).Select(r => $"route '{r.Definition.Name}' of API '{apis.GetValueOrDefault(r.ApiId)}'")];
    }
}
