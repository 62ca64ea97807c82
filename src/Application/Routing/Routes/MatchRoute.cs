using DataHub.Application.Abstractions;
using DataHub.Application.Routing.Contracts;
using DataHub.Application.Routing.Snapshots;
using FluentValidation;
using MediatR;

namespace DataHub.Application.Routing.Routes;

/// <summary>Tells which route would take a request on this node, and why.</summary>
/// <param name="Probe">The request.</param>
public sealed record MatchRoute(RouteProbe Probe) : IQuery<RouteMatchResult>;

/// <summary>A route in an explanation.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="ApiSlug">The slug of its API.</param>
/// <param name="UpstreamId">Where its requests go.</param>
/// <param name="Path">The whole path template.</param>
public sealed record MatchedRoute(string Id, string Name, string ApiSlug, string UpstreamId, string Path);

/// <summary>A route that fits as well and comes later.</summary>
/// <param name="Route">The route.</param>
/// <param name="Why">Why the other comes first.</param>
public sealed record BeatenRoute(MatchedRoute Route, string Why);

/// <summary>A route that does not fit.</summary>
/// <param name="Route">The route.</param>
/// <param name="Fails">What does not hold.</param>
public sealed record NearRoute(MatchedRoute Route, IReadOnlyList<FailedCondition> Fails);

/// <summary>Who takes a request, and why.</summary>
/// <param name="Verdict">Who.</param>
/// <param name="Why">A sentence.</param>
/// <param name="Route">The route; null unless a route takes it.</param>
/// <param name="AlsoMatched">Routes that fit as well, in the order in which they would be tried.</param>
/// <param name="Nearest">When no route takes it: at most three that come nearest, the nearest first.</param>
/// <param name="Epoch">Epoch of the configuration that decided.</param>
public sealed record RouteMatchResult(
    MatchVerdict Verdict, string Why, MatchedRoute? Route, IReadOnlyList<BeatenRoute> AlsoMatched, IReadOnlyList<NearRoute> Nearest, long Epoch);

internal sealed class MatchRouteValidator : AbstractValidator<MatchRoute>
{
    public MatchRouteValidator()
    {
        RuleFor(q => q.Probe.Method).Must(m => m is { Length: > 0 and <= 20 } && m.All(c => char.IsAsciiLetter(c) || c == '-'))
            .OverridePropertyName("method").WithMessage("A method is a word such as GET or POST.");
        RuleFor(q => q.Probe.Path).Must(p => p is ['/', ..])
            .OverridePropertyName("url").WithMessage("Give a whole URL, such as https://api.example.com/orders/42, or a path that begins with '/'.");
    }
}

internal sealed class MatchRouteHandler(IGatewaySnapshotSource snapshots, IRouteMatcher matcher, WriteContext write) : IRequestHandler<MatchRoute, RouteMatchResult>
{
    private const int MaxNearest = 3;
    private const string Another = "A route of another tenant takes it.";

    public async Task<RouteMatchResult> Handle(MatchRoute request, CancellationToken cancellationToken)
    {
        var snapshot = snapshots.Current;
        var shapes = SnapshotCompiler.ShapesOf(snapshot.Document).Where(s => s.Document.TenantId == write.Tenant).ToList();
        var checkedShapes = shapes.Select(s => (Shape: s, Failures: RouteExplanation.FailuresOf(s, request.Probe))).ToList();
        var fitting = checkedShapes.Where(c => c.Failures.Count == 0).Select(c => c.Shape).ToList();
        var answer = await matcher.MatchAsync(request.Probe);
        var winner = answer.RouteId is { } id ? shapes.FirstOrDefault(s => s.Document.Id.ToString() == id) : null;
        var another = winner is null && answer.RouteId is { } taker && snapshot.Routes.ContainsKey(taker);
        var nearest = checkedShapes.Where(c => c.Failures.Count > 0)
            .OrderBy(c => RouteExplanation.DistanceOf(c.Shape, request.Probe, c.Failures))
            .Take(MaxNearest)
            .Select(c => new NearRoute(Show(c.Shape), c.Failures));
        return new RouteMatchResult(
            answer.Verdict,
            another ? Another : Why(answer, winner, fitting),
            winner is null ? null : Show(winner),
            [.. fitting.Where(s => s != winner).Select(s => new BeatenRoute(Show(s), another ? Another : WhyBeaten(winner, s)))],
            winner is null && !another && answer.Verdict != MatchVerdict.Gateway ? [.. nearest] : [],
            snapshot.Epoch);
    }

    private static string Why(MatchAnswer answer, RouteShape? winner, List<RouteShape> fitting) => answer.Verdict switch
    {
        MatchVerdict.Gateway => "The gateway answers this path itself.",
        MatchVerdict.MethodNotAllowed => "Routes fit the path but not the method: the answer is 405.",
        MatchVerdict.None => "No route fits: the answer is 404.",
        _ when winner is null => "The configuration has changed meanwhile; ask again.",
        _ => fitting.FirstOrDefault(s => s != winner) is { } second
            ? $"It fits, and it is tried before route {second.Label} because {winner.WhyBefore(second)}."
            : "It is the only route that fits.",
    };

    private static string WhyBeaten(RouteShape? winner, RouteShape beaten) =>
        winner is null ? "The gateway answers this path itself." : $"Route {winner.Label} is tried first because {winner.WhyBefore(beaten)}.";

    private static MatchedRoute Show(RouteShape shape) => new(
        shape.Document.Id.ToString(), shape.Document.Definition.Name, shape.Api.Slug, shape.Document.Definition.UpstreamId.ToString(), shape.Template.Text);
}
