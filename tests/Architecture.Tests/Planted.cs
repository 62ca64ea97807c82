// One violator for each rule; DependencyTests demands that it is found.
#pragma warning disable IDE0130 // The namespaces are those that the rules look at.
using System.Diagnostics.CodeAnalysis;
using DataHub.Infrastructure.Persistence;
using MediatR;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;
using Yarp.ReverseProxy.Configuration;

namespace DataHub.Domain.Planted
{
    internal sealed class DomainThatLogs
    {
        public ILogger? Logger { get; init; }
    }
}

namespace DataHub.Domain.Routing.Planted
{
    internal static class RouteName
    {
        public static int MaxLength() => 100;
    }

    internal readonly record struct PlantedId(int Value);
}

namespace DataHub.Domain.Traffic.Planted
{
    // From a method body only, where no signature shows it; the id is allowed.
    internal static class TierThatReadsRoutes
    {
        public static int Length(Routing.Planted.PlantedId id) => Routing.Planted.RouteName.MaxLength() + id.Value;
    }
}

namespace DataHub.Application.Planted
{
    internal sealed class HandlerThatKnowsHttp
    {
        public static string PathOf(HttpContext context) => context.Request.Path;
    }

    internal static class HandlerThatKnowsTheDatabase
    {
        // Inside an asynchronous method the use is in the state machine, a nested type.
        public static async Task OpenAsync()
        {
            await using var connection = new NpgsqlConnection();
            await connection.OpenAsync();
        }
    }

    internal static class SlowPolicy
    {
        public static bool Decide(int[] limits) => limits.Any(l => l > 0);
    }
}

namespace DataHub.Infrastructure.Planted
{
    [SuppressMessage("Design", "CA1515", Justification = "Being public is what is planted.")]
    public sealed class PublicStore;

    internal sealed class InternalStore;
}

namespace DataHub.Gateway.Api.Planted
{
    internal static class EndpointThatOpensTheDatabase
    {
        public static void Save(object context) => ((DataHubDbContext)context).SaveChanges();
    }

    internal static class EndpointThatKnowsYarp
    {
        public static string? IdOf(RouteConfig route) => route.RouteId;
    }
}

namespace DataHub.Gateway.Api.Proxy.Stages.Planted
{
    internal static class StageThatSendsCommands
    {
        public static Task SendAsync(IMediator mediator) => mediator.Send(new SlowCommand());

        private sealed record SlowCommand : IRequest;
    }
}
