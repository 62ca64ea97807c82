using System.Diagnostics;
using System.Net;
using DataHub.Application.Access.Contracts;
using DataHub.Gateway.Api.Proxy.Edge;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace DataHub.Gateway.Api.Proxy.Forwarding;

/// <summary>
/// Forwards what most traffic is made of, a request without content over HTTP/1.1 without TLS, from the caller's fields to the upstream's socket and back.
/// That takes less work than a client that builds messages in between. Everything else goes to YARP's forwarder.
/// </summary>
/// <param name="others">YARP's forwarder.</param>
/// <param name="exchanges">Watches the answers that have no end in sight.</param>
/// <param name="logger">Hears why an upstream failed.</param>
internal sealed partial class DirectForwarder(IHttpForwarder others, IOpenExchanges exchanges, ILogger<DirectForwarder> logger) : IHttpForwarder
{
    // A connection that the upstream closes in this very moment costs another attempt; more than that is no coincidence.
    private const int MostReused = 3;

    private static readonly TimeSpan UsualTimeout = TimeSpan.FromSeconds(100);

    /// <inheritdoc/>
    public ValueTask<ForwarderError> SendAsync(
        HttpContext context, string destinationPrefix, HttpMessageInvoker httpClient, ForwarderRequestConfig requestConfig, HttpTransformer transformer)
    {
        var request = context.Features.Get<GatewayRequest>()!;
        return httpClient is UpstreamClient client && Takes(context.Request, request, requestConfig) && client.PoolOf(destinationPrefix) is { } pool
            ? ForwardAsync(context, request, pool, destinationPrefix, requestConfig.ActivityTimeout ?? UsualTimeout)
            : others.SendAsync(context, destinationPrefix, httpClient, requestConfig, transformer);
    }

    // Safe or idempotent methods only: another attempt must do no harm (RFC 9110 §9.2.2). Spans of the client, and what a key in the query takes, are YARP's.
    private static bool Takes(HttpRequest http, GatewayRequest request, ForwarderRequestConfig config) =>
        (HttpMethods.IsGet(http.Method) || HttpMethods.IsHead(http.Method) || HttpMethods.IsDelete(http.Method) || HttpMethods.IsOptions(http.Method))
        && !HttpProtocol.IsHttp2(http.Protocol) && config.Version == HttpVersion.Version11
        && http.Headers.ContentLength is null or 0 && http.Headers.TransferEncoding.Count == 0
        && http.Headers.Upgrade.Count == 0 && http.Headers.Expect.Count == 0
        && request.Route is { PathRewrite: null } route && (route.KeyQueryParameter is not { } parameter || !http.Query.ContainsKey(parameter))
        && http.Path.Value is ['/', ..] && Activity.Current is null;

    private async ValueTask<ForwarderError> ForwardAsync(HttpContext context, GatewayRequest request, DestinationPool pool, string destination, TimeSpan timeout)
    {
        var aborted = context.RequestAborted;
        for (var attempt = 0; ; attempt++)
        {
            var connection = attempt < MostReused ? pool.TakeIdle() : null;
            var reused = connection is not null;
            if (connection is null)
            {
                try
                {
                    connection = await pool.ConnectAsync(aborted);
                }
                catch (Exception e)
                {
                    return await FailAsync(context, destination, ErrorOf(e, answering: false, aborted.IsCancellationRequested), e);
                }
            }

            var leaving = aborted.UnsafeRegister(static connection => ((UpstreamConnection)connection!).Close(), connection);
            var whole = false;
            var answering = false;
            try
            {
                connection.Expect(timeout);
                WriteHead(context, request, pool, destination, connection.Request);
                await connection.SendHeadAsync();
                await connection.ReadHeadAsync();
                answering = true;
                whole = await AnswerAsync(context, request, connection, timeout);
                return whole ? ForwarderError.None : await FailAsync(context, destination, ForwarderError.ResponseBodyClient, null);
            }
            catch (Exception e)
            {
                var ended = aborted.IsCancellationRequested;
                if (reused && !connection.Answered && !connection.TimedOut && !ended)
                {
                    continue;
                }

                var cause = connection.TimedOut ? new TimeoutException("The upstream was not heard of in time.", e) : e;
                return await FailAsync(context, destination, ErrorOf(cause, answering, ended), cause, answering ? connection.Response : null);
            }
            finally
            {
                // Waits for the callback: nobody may close a connection that somebody else has taken.
                await leaving.DisposeAsync();
                if (whole)
                {
                    pool.Return(connection);
                }
                else
                {
                    pool.Drop(connection);
                }
            }
        }
    }

    private static void WriteHead(HttpContext context, GatewayRequest request, DestinationPool pool, string destination, HeadWriter head)
    {
        head.Reset();
        // As the platform's client spells it: an upstream that tells "head" from "HEAD" would send content that nobody expects.
        head.Write(HttpMethods.GetCanonicalizedValue(context.Request.Method));
        head.Write(" "u8);
        UpstreamTarget.Write(context.Request, request.Route!.StripPrefix, destination, pool.Base, head);
        head.Write(pool.BeforeFields);
        UpstreamFields.Write(context, request, new HeadFields(head));
        head.Write("\r\n"u8);
    }

    // True when the content has been passed on whole.
    private ValueTask<bool> AnswerAsync(HttpContext context, GatewayRequest request, UpstreamConnection connection, TimeSpan timeout)
    {
        var head = connection.Response;
        CopyHead(context, head);
        var record = request.Record;
        if (HttpMethods.IsHead(context.Request.Method) || head.Status == StatusCodes.Status304NotModified)
        {
            return ValueTask.FromResult(true);
        }

        if (head.Status is StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent)
        {
            // What may come all the same is not for the caller (RFC 9110 §15.3.5 and §15.3.6).
            if (head.Status == StatusCodes.Status205ResetContent || head.Chunked || head.ContentLength > 0)
            {
                connection.Abandon();
            }

            return ValueTask.FromResult(true);
        }

        var content = new ResponseContent(connection, context.Response.BodyWriter, record, timeout, context.RequestAborted);
        if (!head.Chunked && head.ContentLength is { } length)
        {
            record.ResponseBytes = length;
            return content.CopyLengthAsync(length);
        }

        exchanges.WatchOpenAnswer(context, request);
        if (head.Chunked)
        {
            return content.CopyChunksAsync();
        }

        connection.Abandon(); // Its end is the end of the answer.
        return content.CopyAllAsync();
    }

    private static void CopyHead(HttpContext context, ResponseHead head)
    {
        context.Response.StatusCode = head.Status;
        if (head.Reason is { } reason)
        {
            context.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = reason;
        }

        var headers = context.Response.Headers;
        foreach (ref readonly var field in head.Fields)
        {
            if (field.Use != ResponseFieldUse.Passed || ConnectionTokens.Contains(head.Named, field.Name))
            {
                continue;
            }

            if (field.Repeated)
            {
                headers.Append(field.Name, field.Value);
            }
            else
            {
                headers[field.Name] = field.Value;
            }
        }

        SessionCookies.RemoveSet(headers);

        // A status without content carries no length (RFC 9110 §8.6).
        if (!head.Chunked && head.Status is not (StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent))
        {
            headers.ContentLength = head.ContentLength;
        }

        headers["DataHub-Origin"] = "upstream";
    }

    private static ForwarderError ErrorOf(Exception cause, bool answering, bool ended) => cause switch
    {
        _ when ended => answering ? ForwarderError.ResponseBodyCanceled : ForwarderError.RequestCanceled,
        TimeoutException => answering ? ForwarderError.ResponseBodyDestination : ForwarderError.RequestTimedOut,
        InvalidOperationException and not ObjectDisposedException when answering => ForwarderError.ResponseHeaders,
        _ => answering ? ForwarderError.ResponseBodyDestination : ForwarderError.Request,
    };

    private async ValueTask<ForwarderError> FailAsync(HttpContext context, string destination, ForwarderError error, Exception? cause, ResponseHead? head = null)
    {
        if (InlineCompletions.MustNotBlock)
        {
            // A failure is told in words, which may have to wait for whoever reads them.
            await InlineCompletions.YieldAsync();
        }

        if (cause is not null && error is not (ForwarderError.RequestCanceled or ForwarderError.ResponseBodyCanceled))
        {
            LogFailed(destination, error, cause.Message);
        }

        context.Features.Set<IForwarderErrorFeature>(new ForwardingFailure(error, cause));
        if (context.Response.HasStarted)
        {
            // The caller must not take half for whole.
            context.Abort();
            return error;
        }

        // What was copied of the head says nothing about the problem that follows.
        context.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = null;
        if (head is not null)
        {
            RemoveHead(context.Response.Headers, head);
        }

        return error;
    }

    private static void RemoveHead(IHeaderDictionary headers, ResponseHead head)
    {
        foreach (ref readonly var field in head.Fields)
        {
            if (field.Use == ResponseFieldUse.Passed)
            {
                headers.Remove(field.Name);
            }
        }
    }

    [LoggerMessage(7102, LogLevel.Warning, "The exchange with {Destination} failed ({Error}): {Reason}")]
    private partial void LogFailed(string destination, ForwarderError error, string reason);
}
