using DataHub.Gateway.Api.Errors;

namespace DataHub.Gateway.Api.Admin;

/// <summary>
/// Bounds the bodies of the admin API, which are read whole, also of callers who are nobody yet. The bound is ours and not the server's:
/// the server cuts the connection at its own, while it reads on for a moment after an answer, so that a caller who is still sending
/// gets the answer rather than a reset (RFC 9112 §9.6).
/// </summary>
/// <param name="bytes">The largest body in bytes that an endpoint takes, as its metadata; 4 MiB where none is given.</param>
internal sealed class BodyLimit(long bytes)
{
    private const long DefaultBytes = 4 * 1024 * 1024;

    /// <summary>The largest body in bytes.</summary>
    public long Bytes { get; } = bytes;

    /// <summary>Runs the stage.</summary>
    /// <param name="context">A request of the admin API.</param>
    /// <param name="next">The rest of the pipeline.</param>
    public static async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var limit = context.GetEndpoint()?.Metadata.GetMetadata<BodyLimit>()?.Bytes ?? DefaultBytes;
        if (context.Request.ContentLength > limit)
        {
            RequestBodyProblems.ReadOn(context);
            await context.WriteProblemAsync(RequestBodyProblems.TooLarge(limit));
            return;
        }

        if (context.Request.ContentLength is null)
        {
            context.Request.Body = new BoundedBody(context.Request.Body, limit);
        }

        await next(context);

        // The framework answers a body that is too large with a bare status.
        if (context.Response is { StatusCode: StatusCodes.Status413PayloadTooLarge, HasStarted: false, ContentType: null })
        {
            await context.WriteProblemAsync(RequestBodyProblems.TooLarge(limit));
        }
    }
}
