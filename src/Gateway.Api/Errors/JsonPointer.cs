using System.Text;
using System.Text.Json;

namespace DataHub.Gateway.Api.Errors;

/// <summary>Turns property paths of validators and serialisers into RFC 6901 pointers of the wire.</summary>
internal static class JsonPointer
{
    /// <summary><c>Match.Headers[0].Name</c> becomes <c>/match/headers/0/name</c>.</summary>
    /// <param name="path">A FluentValidation property name.</param>
    /// <returns>The pointer; empty for the whole document.</returns>
    public static string FromPropertyPath(string? path)
    {
        if (path is ['/', ..])
        {
            return path; // A pointer already.
        }

        var result = new StringBuilder();
        foreach (var part in (path ?? "").Split(['.', '[', ']'], StringSplitOptions.RemoveEmptyEntries))
        {
            var name = char.IsDigit(part[0]) ? part : JsonNamingPolicy.CamelCase.ConvertName(part);
            result.Append('/').Append(name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));
        }

        return result.ToString();
    }

    /// <summary><c>$.match.headers[0]['a name']</c> becomes <c>/match/headers/0/a name</c>.</summary>
    /// <param name="path">A path of System.Text.Json.</param>
    /// <returns>The pointer; empty for the whole document.</returns>
    public static string FromJsonPath(string? path)
    {
        var rest = path is ['$', ..] ? path.AsSpan(1) : path.AsSpan();
        var result = new StringBuilder();
        while (rest.Length > 0)
        {
            // A name that is more than letters stands in brackets and quotes, as it is.
            var quoted = rest.StartsWith("['") ? rest.IndexOf("']") : -1;
            if (quoted > 0)
            {
                result.Append('/').Append(rest[2..quoted].ToString().Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));
                rest = rest[(quoted + 2)..];
                continue;
            }

            var end = rest[1..].IndexOfAny('.', '[') is var next and >= 0 ? next + 1 : rest.Length;
            result.Append(FromPropertyPath(rest[..end].ToString()));
            rest = rest[end..];
        }

        return result.ToString();
    }
}
