using System.Net;
using System.Net.Http.Headers;
using DataHub.Application.Access.Contracts;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Transforms;

namespace DataHub.Gateway.Api.Proxy.Edge;

/// <summary>Writes the head of the answer: the upstream's end-to-end fields, without those that the gateway says itself.</summary>
/// <param name="exchanges">Watches the answers that have no end in sight.</param>
internal sealed class CallerResponseTransform(IOpenExchanges exchanges) : ResponseTransform
{
    /// <inheritdoc/>
    public override ValueTask ApplyAsync(ResponseTransformContext context)
    {
        if (context.ProxyResponse is not { } upstream)
        {
            return ValueTask.CompletedTask;
        }

        var http = context.HttpContext;
        var headers = http.Response.Headers;
        var named = upstream.Headers.NonValidated.TryGetValues(HeaderNames.Connection, out var connection)
            ? ConnectionTokens.Named(connection.ToString())
            : null;
        Copy(upstream.Headers.NonValidated, headers, named);
        Copy(upstream.Content.Headers.NonValidated, headers, named);
        SessionCookies.RemoveSet(headers);
        MendLength(upstream, headers);
        headers["DataHub-Origin"] = "upstream";
        CountBody(http, headers);
        return ValueTask.CompletedTask;
    }

    private static void Copy(HttpHeadersNonValidated source, IHeaderDictionary target, List<string>? named)
    {
        foreach (var (name, values) in source)
        {
            if (HeaderRules.IsDroppedFromResponse(name) || (named is not null && ConnectionTokens.Contains(named, name)))
            {
                continue;
            }

            target[name] = values.Count == 1 ? values.ToString() : new StringValues([.. values]);
        }
    }

    // With both, Transfer-Encoding wins (RFC 9112 §6.3); a status without content carries no length (RFC 9110 §8.6).
    private static void MendLength(HttpResponseMessage upstream, IHeaderDictionary headers)
    {
        var framedTwice = upstream.Headers.NonValidated.Contains(HeaderNames.TransferEncoding) && headers.ContainsKey(HeaderNames.ContentLength);
        var withoutContent = upstream.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.ResetContent || (int)upstream.StatusCode < 200;
        if (framedTwice || withoutContent)
        {
            headers.Remove(HeaderNames.ContentLength);
        }
    }

    // A known length is the byte count; only an answer of unknown length is counted as it passes, and ends when its key does.
    private void CountBody(HttpContext http, IHeaderDictionary headers)
    {
        var request = http.Features.Get<GatewayRequest>()!;
        var record = request.Record;
        if (headers.ContentLength is null)
        {
            exchanges.WatchOpenAnswer(http, request);
        }

        if (headers.ContentLength is { } length)
        {
            record.ResponseBytes = HttpMethods.IsHead(http.Request.Method) ? 0 : length;
        }
        else if (http.Response.StatusCode != StatusCodes.Status101SwitchingProtocols && http.Features.Get<IHttpResponseBodyFeature>() is { } body)
        {
            http.Features.Set<IHttpResponseBodyFeature>(new CountingResponseBody(body, record));
        }
    }
}
