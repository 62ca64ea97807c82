using System.Threading.Channels;
using DataHub.Application.Abstractions;
using Microsoft.Extensions.Logging;

namespace DataHub.Infrastructure.Persistence;

/// <summary>
/// The changes that wait for one handler. Each handler has its own, so that a slow one delays nobody; one that hangs is given up
/// after a time limit. When too many wait, they are replaced by one catching up.
/// </summary>
internal sealed partial class ChangeHandlerQueue(IChangeHandler handler, TimeSpan limit, TimeProvider clock, ILogger logger)
{
    private const int Capacity = 1000;

    // Null is a wake-up for a catching up.
    private readonly Channel<CommittedChange?> _changes = Channel.CreateBounded<CommittedChange?>(Capacity);
    private int _catchUp;

    public string Topic => handler.Topic;

    /// <summary>Queues one change; never waits.</summary>
    public void Enqueue(CommittedChange change)
    {
        if (!_changes.Writer.TryWrite(change))
        {
            RequestCatchUp();
        }
    }

    /// <summary>Asks for a catching up; several asked for at once are one.</summary>
    public void RequestCatchUp()
    {
        if (Interlocked.Exchange(ref _catchUp, 1) == 0)
        {
            _changes.Writer.TryWrite(null); // When it is full, the loop is awake anyway.
        }
    }

    /// <summary>Works until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (var change in _changes.Reader.ReadAllAsync(cancellationToken))
        {
            if (Interlocked.Exchange(ref _catchUp, 0) == 1)
            {
                await CallAsync(handler.CatchUpAsync, cancellationToken);
            }

            if (change is { } announced)
            {
                await CallAsync(token => handler.OnAnnouncedAsync(announced, token), cancellationToken);
            }
        }
    }

    private async Task CallAsync(Func<CancellationToken, Task> call, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await call(either.Token).WaitAsync(either.Token);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception e)
        {
            LogFailed(e, handler.GetType().Name, Topic);
        }
    }

    [LoggerMessage(1110, LogLevel.Warning, "{Handler} could not take in a change of {Topic}; the next poll tries again.")]
    private partial void LogFailed(Exception exception, string handler, string topic);
}
