using System.Text.Json;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Webhooks.Events;
using DataHub.Domain.Webhooks.Subscriptions;

namespace DataHub.Infrastructure.Webhooks.Subscriptions;

/// <summary>The payload of one event while it is matched: parsed once, when somebody asks for it.</summary>
internal sealed class EventPayload(StoredEvent stored) : IDisposable
{
    private JsonDocument? _document;
    private byte[]? _thin;
    private byte[]? _thinForHolders;

    public JsonElement Data => Envelope.TryGetProperty("data", out var data) ? data : default;

    private JsonElement Envelope => (_document ??= JsonDocument.Parse(stored.Payload)).RootElement;

    /// <summary>Whether an event of the gateway's own concerns a consumer.</summary>
    public bool IsAbout(string? consumer) =>
        consumer is not null && Data.ValueKind == JsonValueKind.Object && Data.TryGetProperty("consumerId", out var id) && id.ValueKind == JsonValueKind.String && id.ValueEquals(consumer);

    /// <summary>What a subscription gets.</summary>
    public SubscriptionMatch For(SubscriptionEntry entry)
    {
        if (entry.Payload == PayloadMode.Thin)
        {
            var body = entry.Key is null ? _thin ??= Thin("/api/v1/webhooks/events/") : _thinForHolders ??= Thin("/api/v1/self/webhooks/events/");
            return new SubscriptionMatch(entry.Target.Id, body, null);
        }

        if (entry.Mapping is null)
        {
            return new SubscriptionMatch(entry.Target.Id, null, null);
        }

        var mapped = entry.Mapping.Apply(stored.Id, Envelope);
        return new SubscriptionMatch(entry.Target.Id, mapped.Body, mapped.Error);
    }

    public void Dispose() => _document?.Dispose();

    private byte[] Thin(string path)
    {
        var envelope = Envelope;
        return JsonSerializer.SerializeToUtf8Bytes(new
        {
            type = stored.Type,
            timestamp = envelope.GetProperty("timestamp").GetString(),
            data = new { id = stored.Id.ToString(), href = path + stored.Id },
        });
    }
}
