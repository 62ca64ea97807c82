using DataHub.Domain.Routing.Upstreams;

namespace DataHub.Application.Routing.Contracts;

/// <summary>An upstream as the request path sees it.</summary>
public sealed class CompiledUpstream
{
    /// <summary>The printed upstream id.</summary>
    public required string IdText { get; init; }

    /// <summary>The upstream's name.</summary>
    public required string Name { get; init; }

    /// <summary>How a destination is chosen.</summary>
    public required LoadBalancing LoadBalancing { get; init; }

    /// <summary>The enabled destinations.</summary>
    public required IReadOnlyList<Destination> Destinations { get; init; }

    /// <summary>True for HTTP/2, false for HTTP/1.1.</summary>
    public required bool Http2 { get; init; }

    /// <summary>Time to connect.</summary>
    public required TimeSpan ConnectTimeout { get; init; }

    /// <summary>Time without a byte after which an exchange ends.</summary>
    public required TimeSpan ActivityTimeout { get; init; }
}
