namespace DataHub.Domain.Routing.Routes;

/// <summary>What a segment of a template takes.</summary>
public enum SegmentKind
{
    /// <summary>Itself, in any case.</summary>
    Literal,

    /// <summary>One segment that is not empty.</summary>
    Parameter,

    /// <summary>All that is left, which may be nothing.</summary>
    CatchAll,
}

/// <summary>One segment of a template.</summary>
/// <param name="Kind">What it takes.</param>
/// <param name="Text">The literal, or the parameter's name.</param>
/// <param name="Constraint">One of <see cref="SegmentConstraint.Names"/>, or null.</param>
public readonly record struct TemplateSegment(SegmentKind Kind, string Text, string? Constraint = null)
{
    /// <summary>The weight of the segment in the order of routes: literal 1, constrained parameter 2, parameter 3, catch-all 5 (as ASP.NET Core's inbound precedence).</summary>
    public int Weight => Kind switch
    {
        SegmentKind.Literal => 1,
        SegmentKind.Parameter => Constraint is null ? 3 : 2,
        _ => 5,
    };
}

/// <summary>A path with parameters, such as <c>/orders/{id:int}/{**rest}</c>. Case does not matter.</summary>
public sealed class PathTemplate
{
    /// <summary>Most characters of a template.</summary>
    public const int MaxLength = 500;

    private PathTemplate(string text, IReadOnlyList<TemplateSegment> segments) => (Text, Segments) = (text, segments);

    /// <summary>The template as written.</summary>
    public string Text { get; }

    /// <summary>Its segments; none for <c>/</c>.</summary>
    public IReadOnlyList<TemplateSegment> Segments { get; }

    /// <summary>Names of the parameters, in order.</summary>
    public IEnumerable<string> Parameters => Segments.Where(s => s.Kind != SegmentKind.Literal).Select(s => s.Text);

    /// <summary>Reads a template.</summary>
    /// <param name="text">The template.</param>
    /// <param name="mistakes">Takes a sentence for each mistake.</param>
    /// <returns>The template; null when there was a mistake.</returns>
    public static PathTemplate? Parse(string? text, ICollection<string> mistakes)
    {
        var (segments, found) = PathTemplateParser.Parse(text);
        foreach (var mistake in found)
        {
            mistakes.Add(mistake);
        }

        return found.Count == 0 ? new PathTemplate(text!, segments) : null;
    }

    /// <summary>Whether a request path fits.</summary>
    /// <param name="path">A decoded path; a slash at its end does not count.</param>
    /// <returns>True when it fits.</returns>
    public bool Matches(string path)
    {
        var parts = Split(path);
        for (var i = 0; i < Segments.Count; i++)
        {
            if (Segments[i].Kind == SegmentKind.CatchAll)
            {
                return true;
            }

            if (i >= parts.Length || !Takes(Segments[i], parts[i]))
            {
                return false;
            }
        }

        return parts.Length == Segments.Count;
    }

    /// <summary>How many leading segments of a path fit: tells a near miss from a far one.</summary>
    /// <param name="path">A decoded path.</param>
    /// <returns>From 0 to the number of segments.</returns>
    public int MatchingSegments(string path)
    {
        var parts = Split(path);
        var count = 0;
        while (count < Segments.Count && count < parts.Length && Segments[count].Kind != SegmentKind.CatchAll && Takes(Segments[count], parts[count]))
        {
            count++;
        }

        return count;
    }

    /// <summary>Whether every path that fits the other fits this one too.</summary>
    /// <param name="other">The other template.</param>
    /// <returns>True when this one leaves nothing to the other.</returns>
    public bool Covers(PathTemplate other)
    {
        for (var i = 0; i < Segments.Count; i++)
        {
            var own = Segments[i];
            if (own.Kind == SegmentKind.CatchAll)
            {
                return true;
            }

            if (i >= other.Segments.Count || other.Segments[i].Kind == SegmentKind.CatchAll || !Covers(own, other.Segments[i]))
            {
                return false;
            }
        }

        return other.Segments.Count == Segments.Count;
    }

    /// <summary>Whether some path fits both.</summary>
    /// <param name="other">The other template.</param>
    /// <returns>True when they share a path.</returns>
    public bool Overlaps(PathTemplate other)
    {
        for (var i = 0; ; i++)
        {
            var own = i < Segments.Count ? Segments[i] : default(TemplateSegment?);
            var their = i < other.Segments.Count ? other.Segments[i] : default(TemplateSegment?);
            if (own?.Kind == SegmentKind.CatchAll || their?.Kind == SegmentKind.CatchAll || (own is null && their is null))
            {
                return true;
            }

            if (own is not { } a || their is not { } b || !Overlaps(a, b))
            {
                return false;
            }
        }
    }

    /// <summary>Orders templates: at the first segment that differs in weight the lighter comes first; of equals the shorter.</summary>
    /// <param name="other">The other template.</param>
    /// <returns>Negative when this one is tried first; 0 when the weights are equal.</returns>
    public int ComparePrecedence(PathTemplate other)
    {
        for (var i = 0; i < Math.Min(Segments.Count, other.Segments.Count); i++)
        {
            if (Segments[i].Weight.CompareTo(other.Segments[i].Weight) is var difference && difference != 0)
            {
                return difference;
            }
        }

        return Segments.Count.CompareTo(other.Segments.Count);
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    // As ASP.NET Core reads a path: one slash at the end is dropped, empty segments within are kept.
    private static string[] Split(string path)
    {
        var trimmed = path.StartsWith('/') ? path[1..] : path;
        trimmed = trimmed.EndsWith('/') ? trimmed[..^1] : trimmed;
        return trimmed.Length == 0 ? [] : trimmed.Split('/');
    }

    private static bool Takes(TemplateSegment segment, string part) => segment.Kind switch
    {
        SegmentKind.Literal => string.Equals(segment.Text, part, StringComparison.OrdinalIgnoreCase),
        _ => part.Length > 0 && (segment.Constraint is null || SegmentConstraint.Accepts(segment.Constraint, part)),
    };

    private static bool Covers(TemplateSegment own, TemplateSegment other) => other.Kind == SegmentKind.Literal
        ? Takes(own, other.Text)
        : own.Kind == SegmentKind.Parameter && (own.Constraint is null || own.Constraint == other.Constraint);

    private static bool Overlaps(TemplateSegment a, TemplateSegment b) => (a.Kind, b.Kind) switch
    {
        (_, SegmentKind.Literal) => Takes(a, b.Text),
        (SegmentKind.Literal, _) => Takes(b, a.Text),
        _ => true,
    };
}
