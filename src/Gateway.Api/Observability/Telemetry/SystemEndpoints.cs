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
/// <param name="KnownNodes">Nodes that share the limits, as far as this one knows.</param>
internal sealed record SystemInfo(
    string Version, string Runtime, string Node, DateTimeOffset StartedAt, long UptimeSeconds, bool Ready, long Epoch, string Hash, string Database, string Redis, int Processors, int KnownNodes);

/// <summary>A node of the installation.</summary>
/// <param name="Id">The run of the process; a restarted node has a new one.</param>
/// <param name="Name">Name of the node.</param>
/// <param name="Address">Where it was told to listen.</param>
/// <param name="Version">Version of its build.</param>
/// <param name="State"><c>alive</c>, or <c>silent</c> when it did not tell for 15 seconds that it lives.</param>
/// <param name="IsSelf">True for the node that answers.</param>
/// <param name="StartedAt">UTC instant of its start.</param>
/// <param name="SeenAt">UTC instant at which it last told that it lives.</param>
internal sealed record NodeResponse(Guid Id, string Name, string Address, string Version, string State, bool IsSelf, DateTimeOffset StartedAt, DateTimeOffset SeenAt)
{
    public static NodeResponse Of(NodeEntry node) =>
        new(node.Id, node.Name, node.Address, node.Version, node.Alive ? "alive" : "silent", node.IsSelf, node.StartedAt, node.SeenAt);
}

/// <summary>What an administrator asks of the node itself.</summary>
internal static class SystemEndpoints
{
    /// <summary>Adds <c>/system</c>.</summary>
    /// <param name="admin">The admin group.</param>
    public static void MapSystem(this RouteGroupBuilder admin)
    {
        var clock = ((IEndpointRouteBuilder)admin).ServiceProvider.GetRequiredService<TimeProvider>();
        var startedAt = clock.GetUtcNow();
        admin.MapGet("/system/info", (IGatewaySnapshotSource snapshots, IConfiguration configuration, IOptions<GatewayOptions> gateway, INodeDirectory nodes) =>
                TypedResults.Json(new Envelope<SystemInfo>(Describe(snapshots.Current, configuration, gateway.Value, nodes, startedAt, clock.GetUtcNow())), AdminJson.Options))
            .WithTags("System")
            .WithName("ReadSystemInfo").RequirePermission(Permission.ApisRead)
            .WithSummary("Tells the version, age and configuration of the node that answers.")
            .Produces<Envelope<SystemInfo>>();
        admin.MapGet("/system/nodes", ListNodesAsync)
            .WithTags("System")
            .WithName("ListNodes").RequirePermission(Permission.ApisRead)
            .WithSummary("Lists the nodes that were seen within the last hour.")
            .Produces<ListEnvelope<NodeResponse>>();
    }

    private static async Task<IResult> ListNodesAsync(HttpContext context, INodeDirectory directory, CancellationToken cancellationToken)
    {
        var nodes = await directory.ListAsync(cancellationToken);
        return Answers.List(context, new Page<NodeResponse>([.. nodes.Select(NodeResponse.Of)], null), ListRequest.MaxLimit);
    }

    private static SystemInfo Describe(GatewaySnapshot snapshot, IConfiguration configuration, GatewayOptions gateway, INodeDirectory nodes, DateTimeOffset startedAt, DateTimeOffset now) => new(
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
        Environment.ProcessorCount,
        nodes.KnownNodes);
}
