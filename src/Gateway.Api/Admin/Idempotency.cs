using System.Security.Cryptography;
using System.Text;
using DataHub.Application.Abstractions;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Errors;
using Microsoft.Extensions.Primitives;

namespace DataHub.Gateway.Api.Admin;

/// <summary>
/// Carries a POST with an <c>Idempotency-Key</c> out once: the answer is kept for 24 hours and given again to the same caller for the
/// same request. Answers of 5xx and 429 are not kept, so that a retry can succeed; dry runs change nothing and are not kept either.
/// </summary>
internal sealed partial class Idempotency(RequestDelegate next, IIdempotencyStore store, ProblemExceptions problems, ILogger<Idempotency> logger)
{
    private const string Header = "Idempotency-Key";
    private const int MaxKeyLength = 255;
    private const int MaxBodyLength = 4 * 1024 * 1024;

    // Of the content itself; what belongs to the exchange (request id, limits) is made anew.
    private static readonly string[] KeptHeaders = ["Content-Type", "Location", "ETag", "Cache-Control", "WWW-Authenticate"];

    /// <summary>Runs the stage.</summary>
    /// <param name="context">An authenticated request of the admin API.</param>
    /// <param name="write">Tells who calls.</param>
    public async Task InvokeAsync(HttpContext context, WriteContext write)
    {
        var header = context.Request.Headers[Header];
        if (!HttpMethods.IsPost(context.Request.Method) || header.Count == 0 || context.Request.Query["dryRun"] is ["true"]
            || context.GetEndpoint()?.Metadata.GetMetadata<NotRepeatable>() is not null
            || context.GetEndpoint()?.Metadata.GetMetadata<OwnKeys>() is not null)
        {
            await next(context);
            return;
        }

        if (header is not [{ Length: > 0 and <= MaxKeyLength } key] || !key.All(c => c is > ' ' and < (char)0x7F))
        {
            await context.WriteProblemAsync(new Problem(ErrorCodes.ValidationFailed, $"{Header} is one text of 1 to {MaxKeyLength} visible ASCII characters."));
            return;
        }

        if (await ReadBodyAsync(context) is not { } body)
        {
            await context.WriteProblemAsync(new Problem(ErrorCodes.PayloadTooLarge, $"With {Header} the body has at most {MaxBodyLength} bytes."));
            return;
        }

        await RunAsync(context, write, await ClaimAsync(context, write, key, body));
    }

    private async Task RunAsync(HttpContext context, WriteContext write, IdempotencyClaim claim)
    {
        switch (claim.State)
        {
            case IdempotencyState.InProgress:
                await context.WriteProblemAsync(new Problem(ErrorCodes.IdempotencyInProgress, "The first request with this key is still being carried out; repeat this one in a moment.") { RetryAfterSeconds = 1 });
                return;
            case IdempotencyState.AnswerLost:
                await context.WriteProblemAsync(new Problem(ErrorCodes.IdempotencyAnswerLost, "The first request with this key was carried out, but its answer was lost with the node that did it; look up what it made or changed."));
                return;
            case IdempotencyState.OtherRequest:
                await context.WriteProblemAsync(new Problem(ErrorCodes.IdempotencyKeyReused, "This key was used with another body or query; take a new key for a new request."));
                return;
            case IdempotencyState.Completed:
                context.Response.Headers["Idempotent-Replayed"] = "true";
                await WriteAsync(context.Response, claim.Answer!);
                return;
        }

        // Whoever asks for this wants it to happen once: it goes on when the caller goes away, whose retry then finds the answer.
        context.RequestAborted = CancellationToken.None;
        write.Claim = claim;
        var answer = await CarryOutAsync(context);
        var keep = answer.Status is < 500 and not StatusCodes.Status429TooManyRequests && (write.Actor.Kind != ActorKind.Anonymous || answer.Status < 300);
        try
        {
            await (keep ? store.CompleteAsync(claim, answer, CancellationToken.None) : store.ReleaseAsync(claim, CancellationToken.None));
        }
        catch (System.Data.Common.DbException e)
        {
            // What was done is done: the caller gets its answer, and the claim runs out by itself.
            LogNotKept(e.Message, context.TraceIdentifier);
        }

        await WriteAsync(context.Response, answer);
    }

    private async Task<StoredAnswer> CarryOutAsync(HttpContext context)
    {
        var wire = context.Response.Body;
        using var content = new MemoryStream();
        context.Response.Body = content;
        try
        {
            await next(context);
        }
        catch (Exception e)
        {
            // Refusals are exceptions here, and are kept like any other answer.
            content.SetLength(0);
            await context.WriteProblemAsync(problems.ToProblem(e, context.TraceIdentifier));
        }
        finally
        {
            context.Response.Body = wire;
        }

        var headers = new Dictionary<string, string>();
        foreach (var name in KeptHeaders)
        {
            if (context.Response.Headers[name] is { Count: > 0 } value)
            {
                headers[name] = value.ToString();
            }
        }

        return new StoredAnswer(context.Response.StatusCode, headers, content.ToArray());
    }

    private Task<IdempotencyClaim> ClaimAsync(HttpContext context, WriteContext write, string key, byte[] body)
    {
        // No part can hold a line break, so the parts cannot run into each other.
        var scope = SHA256.HashData(Encoding.UTF8.GetBytes($"{write.Actor.Id}\n{write.Tenant}\n{context.Request.Method}\n{context.Request.Path}\n{key}"));
        var request = SHA256.HashData([.. Encoding.UTF8.GetBytes($"{context.Request.QueryString}\n"), .. body]);
        return store.ClaimAsync(scope, request, context.RequestAborted);
    }

    private static async Task<byte[]?> ReadBodyAsync(HttpContext context)
    {
        using var content = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0;)
        {
            if (content.Length + read > MaxBodyLength)
            {
                return null;
            }

            content.Write(buffer, 0, read);
        }

        var body = content.ToArray();
        context.Request.Body = new MemoryStream(body);
        return body;
    }

    private static async Task WriteAsync(HttpResponse response, StoredAnswer answer)
    {
        response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
        {
            response.Headers[name] = new StringValues(value);
        }

        if (answer.Body.Length > 0)
        {
            response.ContentLength = answer.Body.Length;
            await response.Body.WriteAsync(answer.Body);
        }
    }

    [LoggerMessage(2011, LogLevel.Warning, "The answer of request {RequestId} could not be kept for its idempotency key: {Reason}")]
    private partial void LogNotKept(string reason, string requestId);
}
