using DataHub.Application.Access.Contracts;

namespace DataHub.Gateway.Api.Proxy.Edge;

/// <summary>Ends an answer that has no end in sight when its key ends.</summary>
internal static class OpenAnswers
{
    /// <summary>Watches an answer of unknown length whose head is about to go out; one without content, and one without a key, is not watched.</summary>
    /// <param name="exchanges">Tells that a key has ended.</param>
    /// <param name="http">The exchange, its status set.</param>
    /// <param name="request">What is known of it.</param>
    public static void WatchOpenAnswer(this IOpenExchanges exchanges, HttpContext http, GatewayRequest request)
    {
        if (request is { Caller: { } caller, Watch: null } && MayGoOn(http))
        {
            request.Watch = exchanges.Watch(caller, request.ClientIp, code =>
            {
                request.ClosedBy = code;
                http.Abort();
            });
        }
    }

    // What has no content is over with its head.
    private static bool MayGoOn(HttpContext http) =>
        http.Response.StatusCode is not (StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent or StatusCodes.Status304NotModified)
        && !HttpMethods.IsHead(http.Request.Method);
}
