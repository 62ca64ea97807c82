using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;

namespace DataHub.Gateway.Api.Composition;

/// <summary>
/// The gateway's own endpoints, made once. The framework asks every source again when one of them changes, and a group looks at its handlers anew each time it is
/// asked, which would make what calls each of them anew too (<see cref="LateEndpoints"/>).
/// </summary>
/// <param name="sources">What is mapped by now.</param>
internal sealed class SettledEndpoints(IReadOnlyList<EndpointDataSource> sources) : EndpointDataSource
{
    private readonly Lazy<IReadOnlyList<Endpoint>> _endpoints = new(() => [.. sources.SelectMany(s => s.Endpoints)]);

    /// <inheritdoc/>
    public override IReadOnlyList<Endpoint> Endpoints => _endpoints.Value;

    /// <inheritdoc/>
    public override IChangeToken GetChangeToken() => NullChangeToken.Singleton;

    /// <summary>Settles what is mapped up to now.</summary>
    /// <param name="routes">Where it is mapped.</param>
    public static void Settle(IEndpointRouteBuilder routes)
    {
        var settled = new SettledEndpoints([.. routes.DataSources]);
        routes.DataSources.Clear();
        routes.DataSources.Add(settled);
    }
}
