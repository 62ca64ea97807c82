using System.Threading.Channels;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Application.Webhooks.Publishing;
using DataHub.Domain.SharedKernel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DataHub.Infrastructure.Webhooks.Publishing;

/// <summary>
/// Group commit: what callers bring while a commit is under way goes into the next one. A caller alone waits for nobody; under load a commit gathers for some
/// milliseconds, because commits and not rows are what the database can do few of.
/// </summary>
internal sealed partial class EventIntake(EventInsert insert, IServiceScopeFactory scopes, TimeProvider clock, ILogger<EventIntake> logger) : BackgroundService, IEventIntake
{
    private const int Writers = 2;
    private const int MaxEvents = 256;
    private const int Capacity = 8_192;

    // Of all payloads that wait or are being stored.
    private const long MaxBytes = 64 * 1024 * 1024;

    // From so many callers a commit on, waiting a little for more is worth it.
    private const int Busy = 4;
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(3);

    private static readonly DomainError Overloaded = new(ErrorCodes.Overloaded, "More events come in than can be stored.");

    private readonly Channel<Waiting> _queue = Channel.CreateBounded<Waiting>(Capacity);
    private long _bytes;

    public async Task<IReadOnlyList<AcceptedEvent>> StoreAsync(IReadOnlyList<IncomingEvent> events, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(events);
        if (Interlocked.Add(ref _bytes, waiting.Bytes) <= MaxBytes && _queue.Writer.TryWrite(waiting))
        {
            return await waiting.Done.Task.WaitAsync(cancellationToken);
        }

        Interlocked.Add(ref _bytes, -waiting.Bytes);
        throw new DomainException(Overloaded, "More events come in than can be stored; try again shortly.");
    }

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete(); // What was taken is stored; what comes now is refused.
        return base.StopAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => WriteAsync()));

    private async Task WriteAsync()
    {
        var batch = new List<Waiting>();
        while (await _queue.Reader.WaitToReadAsync())
        {
            if (batch.Count >= Busy && _queue.Reader.Count < MaxEvents)
            {
                await Task.Delay(Gathering, clock);
            }

            batch.Clear();
            for (var count = 0; count < MaxEvents && _queue.Reader.TryRead(out var next); count += next.Events.Count)
            {
                batch.Add(next);
            }

            if (batch.Count > 0)
            {
                await StoreAsync(batch);
                Interlocked.Add(ref _bytes, -batch.Sum(w => w.Bytes));
            }
        }
    }

    private async Task StoreAsync(List<Waiting> batch)
    {
        try
        {
            await insert.RunAsync(batch, CancellationToken.None);
        }
        catch (PostgresException) when (batch.Count > 1)
        {
            // The server has said no, so nothing is stored: what one caller brought must not cost the others.
            foreach (var one in batch)
            {
                await StoreAsync([one]);
            }

            return;
        }
        catch (Exception e)
        {
            LogFailed(e, batch.Sum(w => w.Events.Count));
            batch.ForEach(w => w.Done.TrySetException(e));
            return;
        }

        batch.ForEach(w => w.Answer());
        Ring();
    }

    private void Ring()
    {
        try
        {
            using var scope = scopes.CreateScope();
            scope.ServiceProvider.GetService<IDeliveries>()?.RingFanOut();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogNotRung(e.Message); // The sweep finds them.
        }
    }

    [LoggerMessage(8010, LogLevel.Warning, "{Count} events could not be stored.")]
    private partial void LogFailed(Exception exception, int count);

    [LoggerMessage(8011, LogLevel.Debug, "Nobody was told of stored events: {Reason}")]
    private partial void LogNotRung(string reason);
}

/// <summary>The events of one request, until they are stored.</summary>
/// <param name="events">The events.</param>
internal sealed class Waiting(IReadOnlyList<IncomingEvent> events)
{
    private readonly AcceptedEvent[] _accepted = new AcceptedEvent[events.Count];

    public IReadOnlyList<IncomingEvent> Events => events;

    /// <summary>Bytes of all payloads.</summary>
    public long Bytes { get; } = events.Sum(e => (long)e.Payload.Length);

    /// <summary>Why none of them is stored; null: they are.</summary>
    public DomainException? Refusal { get; set; }

    public TaskCompletionSource<IReadOnlyList<AcceptedEvent>> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Forgets what came of an attempt to store them that was rolled back.</summary>
    public void Begin()
    {
        Refusal = null;
        for (var i = 0; i < _accepted.Length; i++)
        {
            _accepted[i] = new AcceptedEvent(events[i].Id, events[i].Type, events[i].OccurredAt, false);
        }
    }

    /// <summary>Puts an earlier event in the place of one that came again.</summary>
    public void Replay(int index, AcceptedEvent earlier) => _accepted[index] = earlier;

    /// <summary>Whether an event is new.</summary>
    public bool IsNew(int index) => !_accepted[index].Replayed;

    public void Answer()
    {
        if (Refusal is { } refusal)
        {
            Done.TrySetException(refusal);
        }
        else
        {
            Done.TrySetResult(_accepted);
        }
    }
}
