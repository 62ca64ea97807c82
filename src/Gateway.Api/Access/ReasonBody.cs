using DataHub.Gateway.Api.Admin;

namespace DataHub.Gateway.Api.Access;

/// <summary>What revoking and suspending take; the body may be left out altogether.</summary>
/// <param name="Reason">Why, at most 200 characters.</param>
internal sealed record ReasonBody(string? Reason = null)
{
    /// <summary>Said of the actions that take it, since it is not bound.</summary>
    public const string Description = "Takes an optional body {\"reason\": \"…\"} of at most 200 characters, kept for whoever looks later.";

    /// <summary>Reads the reason.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="BadHttpRequestException">There is a body that cannot be read.</exception>
    public static async Task<string?> ReadAsync(HttpRequest request, CancellationToken cancellationToken) =>
        (await OptionalBody.ReadAsync<ReasonBody>(request, cancellationToken))?.Reason;
}
