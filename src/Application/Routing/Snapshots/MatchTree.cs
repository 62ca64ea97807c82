using DataHub.Domain.Routing.Routes;

namespace DataHub.Application.Routing.Snapshots;

/// <summary>
/// The tree that the router makes of all templates before it can match. Below every text at a place, a template with a parameter there goes on as well,
/// so a few templates with their texts at different places multiply: n of them can have two to the power of n branches.
/// </summary>
internal static class MatchTree
{
    /// <summary>Most places of templates in the tree; a place takes some hundreds of bytes on every node. Ten thousand ordinary routes have fewer than a tenth.</summary>
    public const int MaxPlaces = 1_000_000;

    /// <summary>Counts the places, and stops where there are too many.</summary>
    /// <param name="shapes">The routes that are served.</param>
    /// <returns>The routes of a branch in which the bound was passed; null when it was not.</returns>
    public static IReadOnlyList<RouteShape>? TooLarge(IReadOnlyList<RouteShape> shapes)
    {
        var places = 0L;
        var open = new Stack<(List<RouteShape> Routes, int Depth)>([([.. shapes], 0)]);
        while (open.TryPop(out var node))
        {
            places += node.Routes.Count;
            if (places > MaxPlaces)
            {
                return node.Routes;
            }

            var followed = node.Routes.FindAll(r => KindAt(r, node.Depth) is SegmentKind.Parameter or SegmentKind.CatchAll);
            foreach (var text in node.Routes.Where(r => KindAt(r, node.Depth) is SegmentKind.Literal).GroupBy(r => r.Template.Segments[node.Depth].Text, StringComparer.OrdinalIgnoreCase))
            {
                open.Push(([.. text, .. followed], node.Depth + 1));
            }

            if (followed.Exists(r => KindAt(r, node.Depth) is SegmentKind.Parameter))
            {
                open.Push((followed, node.Depth + 1));
            }
        }

        return null;
    }

    // What takes all that is left goes on to the end; what has ended has no kind.
    private static SegmentKind? KindAt(RouteShape route, int depth)
    {
        var segments = route.Template.Segments;
        return depth < segments.Count ? segments[depth].Kind : segments is [.., { Kind: SegmentKind.CatchAll }] ? SegmentKind.CatchAll : null;
    }
}
