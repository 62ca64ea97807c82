namespace DataHub.Domain.Routing.Routes;

/// <summary>Reads templates and says in plain words what is wrong with them.</summary>
internal static class PathTemplateParser
{
    private const int MaxSegments = 32;
    private const string OtherLiterals = "-._~!$'()+,=:@&";

    public static (List<TemplateSegment> Segments, List<string> Mistakes) Parse(string? text)
    {
        List<TemplateSegment> segments = [];
        List<string> mistakes = [];
        if (WholeMistake(text) is { } mistake)
        {
            mistakes.Add(mistake);
            return (segments, mistakes);
        }

        if (text == "/")
        {
            return (segments, mistakes);
        }

        foreach (var part in text![1..].Split('/'))
        {
            if (ReadSegment(part, mistakes) is { } segment)
            {
                segments.Add(segment);
            }
        }

        if (segments.Count > MaxSegments)
        {
            mistakes.Add($"A path has at most {MaxSegments} segments.");
        }

        CheckParameters(segments, mistakes);
        return (segments, mistakes);
    }

    private static string? WholeMistake(string? text) => text switch
    {
        null or "" => "A path is needed, such as /orders/{id} or /{**rest}.",
        not ['/', ..] => "A path begins with '/'.",
        { Length: > PathTemplate.MaxLength } => $"A path has at most {PathTemplate.MaxLength} characters.",
        _ when text.Contains("//", StringComparison.Ordinal) => "A path has no empty segment; '//' is not allowed.",
        { Length: > 1 } when text[^1] == '/' => "Leave out the slash at the end: a request with one matches as well.",
        _ => null,
    };

    private static TemplateSegment? ReadSegment(string part, List<string> mistakes)
    {
        if (part is "." or "..")
        {
            mistakes.Add($"The dot segment '{part}' is not allowed: no request path holds one.");
            return null;
        }

        var opening = part.Count(c => c == '{');
        if (opening != part.Count(c => c == '}'))
        {
            mistakes.Add($"The braces of '{part}' are not balanced; a parameter is written {{name}}.");
            return null;
        }

        if (opening > 0)
        {
            if (opening == 1 && part[0] == '{' && part[^1] == '}')
            {
                return ReadParameter(part[1..^1], mistakes);
            }

            mistakes.Add($"'{part}' mixes text and parameters; a segment is either text or one parameter.");
            return null;
        }

        return LiteralMistake(part) is { } mistake ? Refuse(mistake, mistakes) : new TemplateSegment(SegmentKind.Literal, part);
    }

    private static string? LiteralMistake(string part)
    {
        foreach (var c in part)
        {
            switch (c)
            {
                case '%':
                    return $"'{part}' holds an encoded character; write the character itself. Encoded slashes and dots never match.";
                case '?' or '#':
                    return $"'{part}' holds '{c}'; a path has neither query nor fragment. Use the query matches of the route instead.";
                case '\\':
                    return $"'{part}' holds a backslash; use '/'.";
                case '*':
                    return $"'{part}' holds '*'; write {{**rest}} for all that is left.";
                case var _ when !char.IsLetterOrDigit(c) && !OtherLiterals.Contains(c, StringComparison.Ordinal):
                    return $"'{part}' holds the character U+{(int)c:X4}, which is not allowed in a path.";
            }
        }

        return null;
    }

    private static TemplateSegment? ReadParameter(string inner, List<string> mistakes)
    {
        var kind = inner.StartsWith("**", StringComparison.Ordinal) ? SegmentKind.CatchAll : SegmentKind.Parameter;
        var rest = kind == SegmentKind.CatchAll ? inner[2..] : inner;
        var colon = rest.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? rest : rest[..colon];
        var constraint = colon < 0 ? null : rest[(colon + 1)..];
        if (name.StartsWith('*'))
        {
            return Refuse($"'{{{inner}}}' re-encodes slashes; write {{**{name.TrimStart('*')}}} for all that is left.", mistakes);
        }

        if (name.EndsWith('?') || name.Contains('=', StringComparison.Ordinal) || constraint?.EndsWith('?') == true)
        {
            return Refuse($"'{{{inner}}}' is optional or has a default, which is not supported; add a second route instead.", mistakes);
        }

        if (name.Length is 0 or > 50 || !(char.IsAsciiLetter(name[0]) || name[0] == '_') || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
        {
            return Refuse($"'{{{inner}}}' needs a name of letters, digits, '_' and '-' that begins with a letter.", mistakes);
        }

        if (constraint is not null && (kind == SegmentKind.CatchAll || !SegmentConstraint.Names.Contains(constraint)))
        {
            return Refuse($"'{{{inner}}}' has a constraint that is not supported; a single-segment parameter can be {string.Join(", ", SegmentConstraint.Names)}, and never a regular expression.", mistakes);
        }

        return new TemplateSegment(kind, name, constraint);
    }

    private static void CheckParameters(List<TemplateSegment> segments, List<string> mistakes)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < segments.Count; i++)
        {
            if (segments[i].Kind != SegmentKind.Literal && !names.Add(segments[i].Text))
            {
                mistakes.Add($"The parameter '{segments[i].Text}' stands twice; give each its own name.");
            }

            if (segments[i].Kind == SegmentKind.CatchAll && i < segments.Count - 1)
            {
                mistakes.Add($"The catch-all '{{**{segments[i].Text}}}' takes all that is left, so it must be the last segment.");
            }
        }

        if (names.Contains("action") || names.Contains("controller") || names.Contains("area") || names.Contains("page") || names.Contains("handler"))
        {
            mistakes.Add("The names action, area, controller, handler and page are reserved for parameters.");
        }
    }

    private static TemplateSegment? Refuse(string mistake, List<string> mistakes)
    {
        mistakes.Add(mistake);
        return null;
    }
}
