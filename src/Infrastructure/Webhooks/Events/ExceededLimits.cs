using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using DataHub.Application.Abstractions;
using DataHub.Application.Observability.Contracts;
using DataHub.Application.Webhooks.Events;
using DataHub.Application.Webhooks.Publishing;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.SharedKernel;
using DataHub.Infrastructure.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DataHub.Infrastructure.Webhooks.Events;

/// <summary>Sees every refusal on its way to the log, and notes those of limits.</summary>
internal sealed class LimitWatch(IRefusalLog inner, ExceededLimits exceeded) : IRefusalLog
{
    public void Write(RequestRecord record, string route)
    {
        inner.Write(record, route);
        exceeded.Note(record);
    }
}

/// <summary>
/// Raises <c>ratelimit.exceeded</c>: once for each key, limit and window, on all nodes together. The request only leaves a note, and that only when its node has
/// left none in the window; what the nodes tell twice is one event, because it has one idempotency key.
/// </summary>
internal sealed partial class ExceededLimits(IEventIntake intake, IIdSource ids, ILogger<ExceededLimits> logger) : BackgroundService
{
    private const string Type = "ratelimit.exceeded";
    private const int MaxKnown = 100_000;
    private const int Capacity = 1_000;

    private readonly ConcurrentDictionary<(Guid Key, string Policy), long> _told = new();
    private readonly Channel<Exceeded> _notes = Channel.CreateBounded<Exceeded>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Leaves a note. Never waits; allocates for the first of a window only.</summary>
    /// <param name="record">A complete record with an error code.</param>
    public void Note(RequestRecord record)
    {
        if (record.Outcome != RequestOutcome.RateLimited || record.KeyId is not { } key || record.Limits is not { Allowed: false } limits)
        {
            return;
        }

        var compiled = limits.Tier.Compiled;
        for (var i = 0; i < limits.Count && i < compiled.Length; i++)
        {
            var limit = compiled[i];
            if (!limits[i].Denied || limit.Shadow || limit.WindowMicros <= 0)
            {
                continue;
            }

            var window = (record.At.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / (limit.WindowMicros * TimeSpan.TicksPerMicrosecond);
            if (_told.TryGetValue((key, limit.Name), out var last) && last >= window)
            {
                continue;
            }

            if (_told.Count >= MaxKnown)
            {
                _told.Clear();
            }

            _told[(key, limit.Name)] = window;
            _notes.Writer.TryWrite(new Exceeded(new TenantId(record.TenantId), key, record.ConsumerId, limit.Name, limit.WindowMicros / 1_000_000.0, window, record.At));
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _notes.Reader.WorkOffAsync(RaiseAsync, stoppingToken);

    private async Task RaiseAsync(Exceeded note, CancellationToken stoppingToken)
    {
        try
        {
            await intake.StoreAsync([EventOf(note)], stoppingToken);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            LogNotRaised(e.Message);
        }
    }

    private IncomingEvent EventOf(Exceeded note)
    {
        var keyId = new ApiKeyId(note.Key).ToString();
        var payload = EventEnvelope.Write(
            Type, note.At, new { keyId, consumerId = note.Consumer is { } consumer ? new ConsumerId(consumer).ToString() : "", policy = note.Policy, windowSeconds = note.WindowSeconds });

        // With spaces, which nobody's own key can have.
        var key = string.Create(CultureInfo.InvariantCulture, $"{Type} {keyId} {note.Policy} {note.WindowSeconds} {note.Window}");
        return new IncomingEvent(new Domain.Webhooks.Events.EventId(ids.NewId()), note.Tenant, Type, note.At, payload, 0, key, SHA256.HashData(Encoding.UTF8.GetBytes(key))) { Source = "datahub" };
    }

    [LoggerMessage(8012, LogLevel.Warning, "That a key exceeded its limit was not told: {Reason}")]
    private partial void LogNotRaised(string reason);

    private readonly record struct Exceeded(TenantId Tenant, Guid Key, Guid? Consumer, string Policy, double WindowSeconds, long Window, DateTimeOffset At);
}
