using DataHub.Application.Abstractions;
using System.Reflection;
using DataHub.Application.Routing.Contracts;
using DataHub.Domain.Access.Users;
using DataHub.Gateway.Api.Admin;
using Microsoft.Extensions.Options;

namespace DataHub.Gateway.Api.Observability.Telemetry;

/// <summary>This node, as an administrator sees it.</summary>
/// <param name="Version">Version of the build.</param>
/// <param name="Runtime">Version of .NET.</param>
/// <param name="Node">Name of the node.</param>
/// <param name="StartedAt">UTC instant at which the process started to serve.</param>
/// <param name="UptimeSeconds">Whole seconds since then.</param>
/// <param name="Ready">True when the node has a configuration to serve.</param>
/// <param name="Epoch">Epoch of that configuration.</param>
/// <param name="Hash">Digest of that configuration; equal on nodes that serve the same.</param>
/// <param name="Database"><c>private</c> for the node's own PostgreSQL, <c>shared</c> for one that was given.</param>
/// <param name="Redis"><c>shared</c> when one was given, else <c>none</c>: counters are in memory.</param>
/// <param name="Processors">Processors that the process may use.</param>
internal sealed record SystemInfo(
    string Version, string Runtime, string Node, DateTimeOffset StartedAt, long UptimeSeconds, bool Ready, long Epoch, string Hash, string Database, string Redis, int Processors);

/// <summary>What an administrator asks of the node itself.</summary>
internal static class SystemEndpoints
{
    /// <summary>Adds <c>/system</c>.</summary>
    /// <param name="admin">The admin group.</param>
    public static void MapSystem(this RouteGroupBuilder admin)
    {
        var clock = ((IEndpointRouteBuilder)admin).ServiceProvider.GetRequiredService<TimeProvider>();
        var startedAt = clock.GetUtcNow();
        admin.MapGet("/system/info", (IGatewaySnapshotSource snapshots, IConfiguration configuration, IOptions<GatewayOptions> gateway) =>
                TypedResults.Json(new Envelope<SystemInfo>(Describe(snapshots.Current, configuration, gateway.Value, startedAt, clock.GetUtcNow())), AdminJson.Options))
            .WithTags("System")
            .WithName("ReadSystemInfo").RequirePermission(Permission.ApisRead)
            .WithSummary("Tells the version, age and configuration of the node that answers.")
            .Produces<Envelope<SystemInfo>>();
    }

    private static SystemInfo Describe(GatewaySnapshot snapshot, IConfiguration configuration, GatewayOptions gateway, DateTimeOffset startedAt, DateTimeOffset now) => new(
        typeof(SystemEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0",
        Environment.Version.ToString(),
        gateway.NodeName,
        startedAt,
        (long)(now - startedAt).TotalSeconds,
        snapshot.Loaded,
        snapshot.Epoch,
        snapshot.Hash,
        string.IsNullOrEmpty(configuration["DataHub:Database:ConnectionString"]) ? "private" : "shared",
        string.IsNullOrEmpty(configuration["DataHub:Redis:ConnectionString"]) ? "none" : "shared",
        Environment.ProcessorCount);
}
