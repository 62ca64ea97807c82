using System.Globalization;
using System.Net;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Infrastructure.Outbound;
using DataHub.Infrastructure.Webhooks.Deliveries;
using Microsoft.Extensions.Logging;

namespace DataHub.Infrastructure.Webhooks.Sending;

/// <summary>
/// Makes one attempt. 1. Prepares what is the same every time. 2. Gets a token, where one is needed. 3. Signs and sends. 4. Reads the beginning
/// of the answer. One deadline stands over all of it; whatever happens becomes a report.
/// The time that is signed is the database's, so that a node whose clock is wrong still signs what receivers take.
/// </summary>
internal sealed partial class WebhookSender(WebhookClients clients, WebhookHandlers handlers, EndpointTokens tokens, DatabaseClock now, TimeProvider clock, ILogger<WebhookSender> logger) : IWebhookSender
{
    // A connection from the pool that breaks at once was closed by the other side while it was idle.
    private static readonly TimeSpan StaleWithin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan QuietFor = TimeSpan.FromSeconds(1);

    private long _loggedAt = long.MinValue;

    public async Task<AttemptReport> SendAsync(SubscriptionTarget target, WebhookMessage message, CancellationToken cancellationToken)
    {
        var attempt = new Attempt(PreparedTarget.Of(target), message, now.Now, clock.GetTimestamp());
        using var deadline = new CancellationTokenSource(target.Timeout, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return attempt.Prepared.Mistake is { } mistake
                ? Failed(attempt, new AttemptFailure(AttemptClass.Internal, mistake))
                : await SendAsync(attempt, both.Token);
        }
        catch (Exception e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var failure = !deadline.IsCancellationRequested ? AttemptFailure.Of(e, target.Timeout)
                : WaitsForAName(attempt) ? AttemptFailure.NameServerAway
                : AttemptFailure.Of(new OperationCanceledException(), target.Timeout);
            if (failure.Class == AttemptClass.Internal && MayLog())
            {
                LogInternal(target.Id.ToString(), message.DeliveryId.ToString(), failure.Sentence, e.GetType().Name, (e as HttpRequestException)?.InnerException?.GetType().Name);
            }

            return Failed(attempt, failure);
        }
    }

    // The time of an attempt may be shorter than that of a lookup.
    private bool WaitsForAName(Attempt attempt) => attempt.Trace is { SentAt: 0, Address: null, Connected: false }
        && (attempt.Trace.Connection.LookingUp || handlers.IsLookingUp(attempt.Prepared.Target.Url)
            || (attempt.Prepared.Target.Authentication is EndpointAuthentication.ClientCredentials terms && handlers.IsLookingUp(terms.TokenUrl)));

    private async Task<AttemptReport> SendAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        using var lease = clients.Rent(attempt.Prepared.Target);
        var terms = attempt.Prepared.Target.Authentication as EndpointAuthentication.ClientCredentials;
        var token = terms is null ? null : await tokens.GetAsync(attempt.Prepared.Target.Id, terms, null, cancellationToken);
        var report = await ExchangeAsync(attempt, lease.Client, token, cancellationToken);
        if (terms is null || report.Status != (int)HttpStatusCode.Unauthorized)
        {
            return report;
        }

        // The token may have been revoked before its end: once with a new one.
        var next = await tokens.GetAsync(attempt.Prepared.Target.Id, terms, token, cancellationToken);
        return await ExchangeAsync(attempt, lease.Client, next, cancellationToken);
    }

    private async Task<AttemptReport> ExchangeAsync(Attempt attempt, HttpMessageInvoker client, string? token, CancellationToken cancellationToken)
    {
        try
        {
            return await SendOnceAsync(attempt, client, token, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded or HttpRequestError.Unknown } or IOException
            && attempt is { Trace.Connected: false, Status: null } && clock.GetElapsedTime(attempt.Start) < StaleWithin)
        {
            return await SendOnceAsync(attempt, client, token, cancellationToken);
        }
    }

    private async Task<AttemptReport> SendOnceAsync(Attempt attempt, HttpMessageInvoker client, string? token, CancellationToken cancellationToken)
    {
        (attempt.Status, attempt.ResponseHead, attempt.ResponseTruncated) = (null, [], false);
        AttemptTrace.Current = attempt.Trace;
        using var request = new WebhookRequest(attempt.Prepared.Target.Url, attempt.Trace)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = new StoredContent(attempt.Message.Body, attempt.Trace, clock),
        };
        attempt.RequestHeaders = attempt.Prepared.Dress(request, attempt.Message, token is null ? attempt.Prepared.Authorization : "Bearer " + token, now.Now);
        using var response = await client.SendAsync(request, cancellationToken);
        attempt.FirstByteAt = clock.GetTimestamp();
        attempt.Status = (int)response.StatusCode;
        attempt.Trace.Address ??= handlers.NewestAddressOf(attempt.Prepared.Target.Url);
        attempt.ResponseHeaders = AnswerHead.HeadersOf(response);
        attempt.RetryAfter = RetryAfterOf(response);
        (attempt.ResponseHead, attempt.ResponseTruncated, var broken) = await AnswerHead.ReadAsync(response, cancellationToken);
        broken?.Throw();
        var outcome = AttemptFailure.ClassOf(response.StatusCode, attempt.RetryAfter);
        return Report(attempt, outcome, outcome == AttemptClass.Success ? null : string.Create(CultureInfo.InvariantCulture, $"The endpoint answered {attempt.Status}."));
    }

    private TimeSpan? RetryAfterOf(HttpResponseMessage response) =>
        AnswerHead.First(response.Headers, "Retry-After") is { } value ? RetryAfter.Parse(value, now.Now, response.Headers.Date) : null;

    private AttemptReport Failed(Attempt attempt, AttemptFailure failure) => Report(attempt, failure.Class, failure.Sentence);

    private AttemptReport Report(Attempt attempt, AttemptClass outcome, string? error) => new()
    {
        Class = outcome,
        StartedAt = attempt.StartedAt,
        Status = attempt.Status,
        Error = error,
        Address = (attempt.Trace.Address ?? attempt.Trace.Connection.Address)?.ToString(),
        Timings = new AttemptTimings(
            Round(attempt.Trace.Connection.Dns),
            Round(attempt.Trace.Connection.Connect),
            Round(attempt.Trace.Tls),
            attempt.FirstByteAt == 0 || attempt.Trace.SentAt == 0 ? null : Round(Math.Max(0, clock.GetElapsedTime(attempt.Trace.SentAt, attempt.FirstByteAt).TotalMilliseconds)),
            Math.Round(clock.GetElapsedTime(attempt.Start).TotalMilliseconds, 3)),
        RequestHeaders = attempt.RequestHeaders,
        ResponseHeaders = attempt.ResponseHeaders,
        ResponseHead = attempt.ResponseHead,
        ResponseTruncated = attempt.ResponseTruncated,
        RetryAfter = attempt.RetryAfter,
    };

    // While the name server is away every attempt says the same.
    private bool MayLog()
    {
        var (at, last) = (clock.GetTimestamp(), Volatile.Read(ref _loggedAt));
        return (last == long.MinValue || clock.GetElapsedTime(last, at) >= QuietFor) && Interlocked.CompareExchange(ref _loggedAt, at, last) == last;
    }

    private static double? Round(double? milliseconds) => milliseconds is { } value ? Math.Round(value, 3) : null;

    [LoggerMessage(5300, LogLevel.Warning, "A webhook for {Subscription} ({Delivery}) could not be sent by a fault of the gateway's side: {Sentence} ({Exception} {Inner})")]
    private partial void LogInternal(string subscription, string delivery, string sentence, string exception, string? inner);

    private sealed class Attempt(PreparedTarget prepared, WebhookMessage message, DateTimeOffset startedAt, long start)
    {
        public PreparedTarget Prepared => prepared;

        public WebhookMessage Message => message;

        public DateTimeOffset StartedAt => startedAt;

        public long Start => start;

        public AttemptTrace Trace { get; } = new();

        public long FirstByteAt { get; set; }

        public int? Status { get; set; }

        public TimeSpan? RetryAfter { get; set; }

        public string RequestHeaders { get; set; } = "{}";

        public string ResponseHeaders { get; set; } = "{}";

        public byte[] ResponseHead { get; set; } = [];

        public bool ResponseTruncated { get; set; }
    }
}
