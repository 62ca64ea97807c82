using Yarp.ReverseProxy.Transforms.Builder;

namespace DataHub.Gateway.Api.Proxy.Edge;

/// <summary>Puts the edge's header rules in the place of YARP's copying, on every route.</summary>
internal sealed class EdgeTransforms : ITransformProvider
{
    private static readonly UpstreamRequestTransform Request = new();
    private static readonly CallerResponseTransform Response = new();

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
        context.ResponseTransforms.Add(Response);
    }
}
