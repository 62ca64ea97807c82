namespace DataHub.Gateway.Api.Proxy.Forwarding;

/// <summary>Says that what an upstream sent is not HTTP, in the words of the platform's own client.</summary>
internal static class InvalidResponse
{
    /// <summary>The exception.</summary>
    /// <param name="reason">What is wrong. Never holds what the upstream sent.</param>
    public static HttpRequestException Because(string reason) => new(HttpRequestError.InvalidResponse, reason);
}
