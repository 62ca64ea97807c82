using DataHub.Application.Abstractions;
using DataHub.Domain.SharedKernel;

namespace DataHub.Gateway.Api.Admin;

/// <summary>Reads <c>If-Match</c> and <c>?dryRun=true</c> of every write into the scoped <see cref="WriteContext"/>, and holds every body to <see cref="BodyRules"/>.</summary>
internal sealed class WriteConventions : IEndpointFilter
{
    /// <inheritdoc/>
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext.Request;
        var write = context.HttpContext.RequestServices.GetRequiredService<WriteContext>();
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            write.DryRun = ReadDryRun(request);
            write.IfMatch = ReadIfMatch(request);
            BodyRules.Check(context);
            if (write.DryRun)
            {
                context.HttpContext.Response.Headers["DataHub-Dry-Run"] = "true";
            }
        }

        return next(context);
    }

    private static bool ReadDryRun(HttpRequest request) => request.Query["dryRun"] switch
    {
        [] or ["false"] => false,
        ["true"] => true,
        _ => throw ListQuery.Refuse("dryRun", "'dryRun' must be true or false."),
    };

    private static List<string>? ReadIfMatch(HttpRequest request)
    {
        var header = request.Headers.IfMatch;
        if (header.Count == 0 || header is ["*"])
        {
            return null;
        }

        var tags = header.SelectMany(h => (h ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToList();
        return tags.All(t => t is ['"', .., '"'] or ['W', '/', '"', .., '"'])
            ? tags
            : throw new DomainException(new DomainError(ErrorCodes.ValidationFailed, "If-Match is malformed."), "If-Match takes entity tags in double quotes, such as If-Match: \"3\".");
    }
}
