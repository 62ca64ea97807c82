using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Routing.Apis;

/// <summary>Everything about an API that an administrator sets.</summary>
/// <param name="Name">1 to 100 characters.</param>
/// <param name="Slug">Unique; 1 to 63 lower case letters, digits and inner <c>-</c>.</param>
/// <param name="Description">At most 1000 characters. Default empty.</param>
/// <param name="BasePath">Put in front of the path of every route; null for <c>/gateway/{slug}</c>, <c>/</c> for nothing.</param>
/// <param name="Enabled">False takes all its routes out of service. Default true.</param>
/// <param name="Metadata">Free notes, at most 50. Default none.</param>
public sealed record ApiDefinition(
    string Name,
    string Slug,
    string Description = "",
    string? BasePath = null,
    bool Enabled = true,
    IReadOnlyDictionary<string, string>? Metadata = null)
{
    /// <summary>Most characters of a slug: those of a DNS label.</summary>
    public const int MaxSlugLength = 63;

    /// <summary>Most characters of a base path.</summary>
    public const int MaxBasePathLength = 200;

    /// <summary>Most characters of a description.</summary>
    public const int MaxDescriptionLength = 1000;

    /// <summary>The base path that applies.</summary>
    /// <returns>A path that begins with <c>/</c>.</returns>
    public string EffectiveBasePath() => BasePath ?? "/gateway/" + Slug;

    /// <summary>Every mistake in the fields.</summary>
    /// <returns>Empty when all is well.</returns>
    public IReadOnlyList<DomainFault> Check()
    {
        var faults = new List<DomainFault>();
        ResourceName.Check(Name, "/name", faults);
        if (!IsSlug(Slug))
        {
            faults.Add(new DomainFault("/slug", "invalid", $"A slug has 1 to {MaxSlugLength} lower case letters, digits and '-', and neither begins nor ends with '-'."));
        }

        if (Description is null || Description.Length > MaxDescriptionLength)
        {
            faults.Add(new DomainFault("/description", "too_long", $"A description has at most {MaxDescriptionLength} characters."));
        }

        if (BasePath is not null && BasePathMistake(BasePath) is { } mistake)
        {
            faults.Add(new DomainFault("/basePath", "invalid_path", mistake));
        }

        ResourceMetadata.Check(Metadata, faults);
        return faults;
    }

    private static bool IsSlug(string? slug) =>
        slug is { Length: > 0 and <= MaxSlugLength } && slug[0] != '-' && slug[^1] != '-'
        && slug.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private static string? BasePathMistake(string path)
    {
        if (path == "/")
        {
            return null;
        }

        if (path.Length > MaxBasePathLength || path is not ['/', ..] || path[^1] == '/')
        {
            return $"A base path begins with '/', does not end with one, and has at most {MaxBasePathLength} characters; such as /gateway/orders, or / alone.";
        }

        return path[1..].Split('/').All(IsPlainSegment)
            ? null
            : "A base path is made of plain segments of letters, digits, '-', '_', '.' and '~'; no parameters, no empty and no dot segments.";
    }

    private static bool IsPlainSegment(string segment) =>
        segment is not ("" or "." or "..") && segment.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '~');
}
