using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;

namespace DataHub.Infrastructure.Webhooks.Sending;

/// <summary>What is the same in every request to one version of an endpoint; made once, and gone with it.</summary>
internal sealed class PreparedTarget
{
    private static readonly ConditionalWeakTable<SubscriptionTarget, PreparedTarget> Prepared = [];
    private static readonly string UserAgent = "DataHub-Webhooks/" + (typeof(PreparedTarget).Assembly.GetName().Version?.ToString(2) ?? "1.0");

    private readonly string _recordHead;

    private PreparedTarget(SubscriptionTarget target)
    {
        (Target, Mistake) = (target, MistakeIn(target));
        Authorization = target.Authentication switch
        {
            EndpointAuthentication.Basic basic => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{basic.User}:{basic.Password.Value}")),
            EndpointAuthentication.Bearer bearer => "Bearer " + bearer.Token.Value,
            _ => null,
        };
        if (Authorization?.AsSpan().ContainsAnyExceptInRange(' ', '~') == true)
        {
            Mistake ??= "The token of the endpoint has characters that a header cannot carry.";
        }

        // Values may be secrets; their names are enough to find a mistake.
        var signsIn = Authorization is not null || target.Authentication is EndpointAuthentication.ClientCredentials;
        var names = target.Headers.Select(h => h.Key.ToLowerInvariant()).Concat(signsIn ? ["authorization"] : []);
        _recordHead = "{\"content-type\":\"application/json\",\"user-agent\":" + JsonSerializer.Serialize(UserAgent)
            + string.Concat(names.Select(n => $",{JsonSerializer.Serialize(n)}:\"[redacted]\""));
    }

    /// <summary>The endpoint.</summary>
    public SubscriptionTarget Target { get; }

    /// <summary>Why nothing can be sent to it; null when nothing is wrong.</summary>
    public string? Mistake { get; }

    /// <summary>The value of Authorization; null: none, or one that has to be fetched.</summary>
    public string? Authorization { get; }

    /// <summary>What was prepared of an endpoint.</summary>
    /// <param name="target">The endpoint.</param>
    public static PreparedTarget Of(SubscriptionTarget target) => Prepared.GetValue(target, static t => new PreparedTarget(t));

    /// <summary>Sets the headers of a request, and tells them as JSON object without secrets.</summary>
    /// <param name="request">The request; its content is set.</param>
    /// <param name="message">What is sent.</param>
    /// <param name="authorization">The value of Authorization; null: none.</param>
    /// <param name="now">UTC instant of the attempt.</param>
    public string Dress(HttpRequestMessage request, WebhookMessage message, string? authorization, DateTimeOffset now)
    {
        var (id, timestamp) = (message.EventId.ToString(), now.ToUnixTimeSeconds());
        var signature = Sign(id, timestamp, message.Body, now);
        var (time, delivery, attempt) = (timestamp.ToString(CultureInfo.InvariantCulture), message.DeliveryId.ToString(), message.Attempt.ToString(CultureInfo.InvariantCulture));
        var headers = request.Headers;
        headers.Add(StandardWebhooks.IdHeader, id);
        headers.Add(StandardWebhooks.TimestampHeader, time);
        headers.Add(StandardWebhooks.SignatureHeader, signature);
        headers.Add("X-DataHub-Event", message.EventType);
        headers.Add("X-DataHub-Delivery", delivery);
        headers.Add("X-DataHub-Attempt", attempt);

        // None of these can end a line: EndpointHeaders was asked. Reading them as the headers they are named after would only refuse some.
        headers.TryAddWithoutValidation("User-Agent", UserAgent);
        request.Content!.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        foreach (var (name, value) in Target.Headers)
        {
            headers.TryAddWithoutValidation(name, value.Value);
        }

        if (authorization is not null)
        {
            headers.TryAddWithoutValidation("Authorization", authorization);
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $$"""{{_recordHead}},"content-length":"{{message.Body.Length}}","webhook-id":"{{id}}","webhook-timestamp":"{{time}}","webhook-signature":"{{signature}}","x-datahub-event":{{JsonSerializer.Serialize(message.EventType)}},"x-datahub-delivery":"{{delivery}}","x-datahub-attempt":"{{attempt}}"}""");
    }

    private string Sign(string id, long timestamp, ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        var keys = new ReadOnlyMemory<byte>[Target.Secrets.Count];
        var count = 0;
        foreach (var secret in Target.Secrets)
        {
            if (secret.ValidUntil is not { } end || now < end)
            {
                keys[count++] = secret.Key;
            }
        }

        return StandardWebhooks.Sign(id, timestamp, body.Span, keys.AsSpan(0, count));
    }

    private static string? MistakeIn(SubscriptionTarget target) =>
        (target.Url.Scheme != Uri.UriSchemeHttps && target.Url.Scheme != Uri.UriSchemeHttp) || target.Url.UserInfo.Length > 0 ? "The URL of the endpoint cannot be called."
        : EndpointHeaders.Check([.. target.Headers.Select(h => KeyValuePair.Create(h.Key, (string?)h.Value.Value))]) is { Count: > 0 } ? "A header of the endpoint may not be sent."
        : null;
}
