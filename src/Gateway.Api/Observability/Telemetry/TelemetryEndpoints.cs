using System.Text.Json.Serialization;
using DataHub.Application.Observability.Contracts;
using DataHub.Application.Observability.Telemetry;
using DataHub.Application.Routing.Contracts;
using DataHub.Gateway.Api.Admin;

namespace DataHub.Gateway.Api.Observability.Telemetry;

/// <summary>Health of this node. Names no host and no version: anybody may read it.</summary>
/// <param name="Status"><c>ok</c>, <c>degraded</c> (serving without a dependency), <c>starting</c> or <c>draining</c>.</param>
/// <param name="Epoch">Epoch of the configuration; 0 before the first.</param>
/// <param name="Hash">Digest of the configuration; absent before the first.</param>
/// <param name="Checks">State of each dependency: <c>up</c>, <c>degraded</c> or <c>unknown</c>.</param>
internal sealed record HealthReport(
    string Status, long Epoch, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Hash, IReadOnlyDictionary<string, string> Checks);

/// <summary>The endpoints for probes and scrapers, outside of the admin API and never proxied.</summary>
internal static class TelemetryEndpoints
{
    private const string PrometheusType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Adds <c>/health/live</c>, <c>/health/ready</c>, <c>/health</c> and <c>/metrics</c>.</summary>
    /// <param name="endpoints">The root.</param>
    public static void MapTelemetry(this IEndpointRouteBuilder endpoints)
    {
        // Ahead of every proxied route, whatever an administrator configures.
        var first = endpoints.MapGroup("").WithOrder(int.MinValue).WithTags("Telemetry");
        first.MapGet("/health/live", static (HttpContext context) => Write(context, StatusCodes.Status200OK, new { status = "ok" }))
            .WithName("Live").WithSummary("Answers while the process runs; looks at nothing else.");
        first.MapGet("/health/ready", Ready).WithName("Ready")
            .WithSummary("200 while the node has a configuration and is not stopping; a dependency that is away makes it degraded, not unready.")
            .Produces<HealthReport>().Produces<HealthReport>(StatusCodes.Status503ServiceUnavailable);
        first.MapGet("/health", Ready).WithName("Health").WithSummary("The same as /health/ready.")
            .Produces<HealthReport>().Produces<HealthReport>(StatusCodes.Status503ServiceUnavailable);
        first.MapGet("/metrics", MetricsAsync).WithName("Metrics").WithSummary("Metrics in the Prometheus text format.")
            .Produces<string>(StatusCodes.Status200OK, "text/plain");
    }

    private static Microsoft.AspNetCore.Http.HttpResults.JsonHttpResult<HealthReport> Ready(HttpContext context, IGatewaySnapshotSource snapshots, IEnumerable<IDependencyState> dependencies, IHostApplicationLifetime lifetime)
    {
        var snapshot = snapshots.Current;
        var checks = dependencies.Where(d => d.IsUsed).GroupBy(d => d.Name, StringComparer.Ordinal)
            .ToDictionary(d => d.Key, d => WordOf(d.Max(x => x.Status)), StringComparer.Ordinal);
        var status = lifetime.ApplicationStopping.IsCancellationRequested ? "draining"
            : !snapshot.Loaded ? "starting"
            : checks.ContainsValue("degraded") ? "degraded" : "ok";
        var code = status is "ok" or "degraded" ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return Write(context, code, new HealthReport(status, snapshot.Epoch, snapshot.Loaded ? snapshot.Hash : null, checks));
    }

    private static async Task MetricsAsync(HttpContext context, IMetricsPage page)
    {
        var text = await page.RenderAsync(context.RequestAborted);
        context.Response.ContentType = PrometheusType;
        context.Response.ContentLength = text.Length;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.WriteAsync(text, context.RequestAborted);
    }

    private static Microsoft.AspNetCore.Http.HttpResults.JsonHttpResult<T> Write<T>(HttpContext context, int status, T body)
    {
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(body, AdminJson.Options, "application/json", status);
    }

    private static string WordOf(DependencyStatus status) => status switch
    {
        DependencyStatus.Up => "up",
        DependencyStatus.Degraded => "degraded",
        _ => "unknown",
    };
}
