using DataHub.Application.Abstractions;

namespace DataHub.Gateway.Api.Admin;

/// <summary>The body of a single resource.</summary>
/// <typeparam name="T">The resource.</typeparam>
/// <param name="Data">The resource.</param>
internal sealed record Envelope<T>(T Data);

/// <summary>The body of a list.</summary>
/// <typeparam name="T">The item.</typeparam>
/// <param name="Data">The items of this page.</param>
/// <param name="Pagination">Where the next page is.</param>
internal sealed record ListEnvelope<T>(IReadOnlyList<T> Data, Pagination Pagination);

/// <summary>Where the next page is.</summary>
/// <param name="Limit">Items asked for.</param>
/// <param name="HasMore">True when there is a next page.</param>
/// <param name="NextCursor">The cursor of the next page; null on the last.</param>
internal sealed record Pagination(int Limit, bool HasMore, string? NextCursor);

/// <summary>Writes resources with the conventions of the admin API.</summary>
internal static class Answers
{
    /// <summary>200 with the resource and its entity tag.</summary>
    /// <typeparam name="T">The resource.</typeparam>
    /// <param name="context">The request.</param>
    /// <param name="resource">The resource.</param>
    /// <param name="version">Its version.</param>
    public static IResult Single<T>(HttpContext context, T resource, long version)
    {
        SetEtag(context, version);
        return TypedResults.Json(new Envelope<T>(resource), AdminJson.Options);
    }

    /// <summary>201 with the resource, its place and its entity tag; 200 without a place when this is a dry run.</summary>
    /// <typeparam name="T">The resource.</typeparam>
    /// <param name="context">The request.</param>
    /// <param name="location">The path of the new resource.</param>
    /// <param name="resource">The resource.</param>
    /// <param name="version">Its version.</param>
    public static IResult Created<T>(HttpContext context, string location, T resource, long version)
    {
        SetEtag(context, version);
        if (context.RequestServices.GetRequiredService<WriteContext>().DryRun)
        {
            return TypedResults.Json(new Envelope<T>(resource), AdminJson.Options);
        }

        context.Response.Headers.Location = location;
        return TypedResults.Json(new Envelope<T>(resource), AdminJson.Options, statusCode: StatusCodes.Status201Created);
    }

    /// <summary>200 with a page and a link to the next one (RFC 8288).</summary>
    /// <typeparam name="T">The item.</typeparam>
    /// <param name="context">The request.</param>
    /// <param name="page">The page.</param>
    /// <param name="limit">Items asked for.</param>
    public static IResult List<T>(HttpContext context, Page<T> page, int limit)
    {
        if (page.NextCursor is { } cursor)
        {
            var query = context.Request.Query.Where(q => !q.Key.Equals("cursor", StringComparison.OrdinalIgnoreCase))
                .SelectMany(q => q.Value.Select(v => KeyValuePair.Create(q.Key, v)))
                .Append(KeyValuePair.Create<string, string?>("cursor", cursor));
            context.Response.Headers.Link = $"<{context.Request.Path}{QueryString.Create(query)}>; rel=\"next\"";
        }

        return TypedResults.Json(new ListEnvelope<T>(page.Items, new Pagination(limit, page.NextCursor is not null, page.NextCursor)), AdminJson.Options);
    }

    private static void SetEtag(HttpContext context, long version) =>
        context.Response.Headers.ETag = $"\"{version.ToString(System.Globalization.CultureInfo.InvariantCulture)}\"";
}
