namespace DataHub.Application.Observability.Telemetry;

/// <summary>Renders the metrics of this node for a scraper.</summary>
public interface IMetricsPage
{
    /// <summary>The page of now. May be called by several scrapers at a time.</summary>
    /// <param name="cancellationToken">The scraper went away.</param>
    /// <returns>Prometheus text format 0.0.4, UTF-8.</returns>
    Task<ReadOnlyMemory<byte>> RenderAsync(CancellationToken cancellationToken);
}
