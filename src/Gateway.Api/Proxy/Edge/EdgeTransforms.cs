using DataHub.Application.Access.Contracts;
using Yarp.ReverseProxy.Transforms.Builder;

namespace DataHub.Gateway.Api.Proxy.Edge;

/// <summary>Puts the edge's header rules in the place of YARP's copying, on every route.</summary>
/// <param name="exchanges">Watches the answers that have no end in sight.</param>
internal sealed class EdgeTransforms(IOpenExchanges exchanges) : ITransformProvider
{
    private static readonly UpstreamRequestTransform Request = new();

    private readonly CallerResponseTransform _response = new(exchanges);

    /// <inheritdoc/>
    public void ValidateRoute(TransformRouteValidationContext context)
    {
    }

    /// <inheritdoc/>
    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    /// <inheritdoc/>
    public void Apply(TransformBuilderContext context)
    {
        context.CopyRequestHeaders = false;
        context.CopyResponseHeaders = false;
        context.UseDefaultForwarders = false;
        context.RequestTransforms.Add(Request);
        context.ResponseTransforms.Add(_response);
    }
}
