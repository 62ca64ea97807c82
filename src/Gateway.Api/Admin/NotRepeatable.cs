namespace DataHub.Gateway.Api.Admin;

/// <summary>
/// Marks endpoints whose answer must not be kept and given again, and that cannot be tried: those that hand out tokens. <c>Idempotency-Key</c> does
/// nothing there, <c>?dryRun=true</c> is refused.
/// </summary>
internal sealed class NotRepeatable
{
    /// <summary>The mark.</summary>
    public static readonly NotRepeatable Mark = new();
}

/// <summary>Declares endpoints that are not repeatable.</summary>
internal static class NotRepeatableEndpoints
{
    /// <summary>Marks an endpoint, or all endpoints of a group.</summary>
    /// <typeparam name="T">The builder.</typeparam>
    /// <param name="endpoint">The endpoint or group.</param>
    public static T NotRepeatable<T>(this T endpoint) where T : IEndpointConventionBuilder =>
        endpoint.WithMetadata(Admin.NotRepeatable.Mark).AddEndpointFilter<T, DryRunRefusal>();

    private sealed class DryRunRefusal : IEndpointFilter
    {
        public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
            context.HttpContext.Request.Query.ContainsKey("dryRun")
                ? throw ListQuery.Refuse("dryRun", "'dryRun' is not known here: what this hands out exists or does not.")
                : next(context);
    }
}
