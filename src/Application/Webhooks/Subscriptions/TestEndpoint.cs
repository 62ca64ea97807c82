using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Application.Webhooks.DeliveryLog;
using DataHub.Application.Webhooks.Events;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Events;
using DataHub.Domain.Webhooks.Subscriptions;
using MediatR;

namespace DataHub.Application.Webhooks.Subscriptions;

/// <summary>Sends a signed <c>datahub.ping</c> to an endpoint, now, by the way that every delivery takes. Not a command: nothing is held open while the endpoint thinks.</summary>
/// <param name="Id">The subscription.</param>
/// <param name="Challenge">True: the endpoint has to answer with the challenge of the ping, and is verified by that.</param>
public sealed record TestEndpoint(SubscriptionId Id, bool Challenge) : IRequest<EndpointTest>;

/// <summary>What came of a test. It says what the endpoint answered, not what a connection saw.</summary>
/// <param name="Result"><c>success</c>, <c>status</c>, <c>redirect</c>, <c>gone</c>, <c>throttled</c>, <c>timeout</c>, <c>unreachable</c>, <c>authentication</c> or <c>internal</c>.</param>
/// <param name="Status">The status; null when there was none.</param>
/// <param name="DurationMilliseconds">Until the answer was complete; null when there was none.</param>
/// <param name="ChallengeAnswered">Whether the challenge came back; null when none was sent.</param>
/// <param name="EventId">The id that the ping carried as <c>webhook-id</c>.</param>
/// <param name="DeliveryId">The id under which the log of deliveries and attempts has it.</param>
public sealed record EndpointTest(string Result, int? Status, double? DurationMilliseconds, bool? ChallengeAnswered, string EventId, string DeliveryId);

internal sealed class TestEndpointHandler(OwnSubscriptions own, SubscriptionTargets targets, IWebhookSender sender, ITestLog log, ISubscriptionStatus status, IIdSource ids, IRandomSource random, TimeProvider clock)
    : IRequestHandler<TestEndpoint, EndpointTest>
{
    public async Task<EndpointTest> Handle(TestEndpoint request, CancellationToken cancellationToken)
    {
        var target = targets.Of(await own.FindAsync(request.Id, cancellationToken));
        if (target.Sealed)
        {
            throw new DomainException(SubscriptionErrors.Conflict, "Its secrets cannot be opened; rotate them, and set headers and credential anew.");
        }

        var id = new EventId(ids.NewId());
        var challenge = request.Challenge ? NewChallenge() : null;
        object data = challenge is null ? new { subscriptionId = request.Id.ToString() } : new { subscriptionId = request.Id.ToString(), challenge };
        var message = new WebhookMessage(id, WebhookEvents.Ping, new DeliveryId(ids.NewId()), 1, EventEnvelope.Write(WebhookEvents.Ping, clock.GetUtcNow(), data));

        // A caller who hangs up ends neither the ping, which has a time limit of its own, nor its place in the log.
        var report = await sender.SendAsync(target, message, CancellationToken.None);
        bool? answered = challenge is null ? null : report.Class == AttemptClass.Success && Holds(report.ResponseHead, challenge);
        var passed = report.Class == AttemptClass.Success && answered != false;
        await log.RecordAsync(target, message, report, passed, CancellationToken.None);
        if (passed)
        {
            // In a scope of its own: this one has read the subscription before the endpoint took its time.
            await status.VerifiedAsync(request.Id, target.Url, CancellationToken.None);
        }

        return new EndpointTest(WordOf(report.Class), report.Status, report.Status is null ? null : Math.Round(report.Timings.Total, 1), answered, id.ToString(), message.DeliveryId.ToString());
    }

    private string NewChallenge()
    {
        Span<byte> bytes = stackalloc byte[24];
        random.Fill(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    // The challenge alone, or {"challenge": "…"}.
    private static bool Holds(byte[] answer, string challenge)
    {
        var text = Encoding.UTF8.GetString(answer).Trim();
        if (Same(text, challenge))
        {
            return true;
        }

        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("challenge", out var member)
                && member.ValueKind == JsonValueKind.String && Same(member.GetString()!, challenge);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static bool Same(string a, string b) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b));

    // Which of the ways a connection fails would tell a stranger what is behind an address.
    private static string WordOf(AttemptClass what) => what switch
    {
        AttemptClass.Blocked or AttemptClass.Dns or AttemptClass.Connect or AttemptClass.Tls or AttemptClass.Protocol => "unreachable",
        _ => JsonNamingPolicy.KebabCaseLower.ConvertName(what.ToString()),
    };
}
