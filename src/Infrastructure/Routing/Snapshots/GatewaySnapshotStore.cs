using DataHub.Application.Abstractions;
using DataHub.Application.Routing.Contracts;
using DataHub.Application.Routing.Snapshots;
using DataHub.Infrastructure.Persistence;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DataHub.Infrastructure.Routing.Snapshots;

/// <summary>
/// Holds the snapshot that requests are decided by. A new one is compiled off the path, checked whole, put into effect by the
/// listeners, and then becomes the current one by one reference write; a bad one changes nothing. The last good one is kept on disk,
/// and a node whose database is away starts from there.
/// </summary>
internal sealed partial class GatewaySnapshotStore(
    SnapshotLoader loader, IEnumerable<ISnapshotListener> listeners, IDataFolder folder, SnapshotMetrics metrics, TimeProvider clock, ILogger<GatewaySnapshotStore> logger)
    : IGatewaySnapshotSource, IChangeHandler, IHostedService, IDisposable
{
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WriterLimit = TimeSpan.FromSeconds(5);

    private readonly SnapshotFile _file = new(Path.Combine(folder.Path, "snapshots", "routing.json"));
    private readonly SemaphoreSlim _turn = new(1, 1);
    private GatewaySnapshot _current = GatewaySnapshot.Empty;
    private long? _seenEpoch; // Of the last configuration read from the database, taken or refused.
    private string _savedHash = "";

    public GatewaySnapshot Current => Volatile.Read(ref _current);

    public string Topic => ChangeTopics.Configuration;

    // A writer waits for this, and its change is committed already: it must neither fail nor wait for ever.
    public async Task OnChangedAsync(string payload, CancellationToken cancellationToken)
    {
        try
        {
            await RefreshAsync(cancellationToken).WaitAsync(WriterLimit, clock, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogUnreadable(e.Message);
        }
    }

    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RefreshAsync(cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogUnreadable(e.Message);
        }
    }

    /// <summary>The first snapshot: from the database, else from disk, else none yet; the change feed keeps trying.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RefreshAsync(cancellationToken).WaitAsync(StartLimit, clock, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogUnreadable(e.Message);
        }

        if (!Current.Loaded)
        {
            await RestoreAsync(cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _turn.Dispose();

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(ReadLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        await _turn.WaitAsync(either.Token);
        try
        {
            // Not "greater": a database restored from a backup goes back.
            if (_seenEpoch is { } seen && await loader.ReadEpochAsync(either.Token) == seen && (!Current.Loaded || _savedHash == Current.Hash))
            {
                return;
            }

            var document = await loader.ReadAsync(either.Token);
            if (await TakeAsync(document, cancellationToken))
            {
                await SaveAsync(document, cancellationToken);
            }

            _seenEpoch = document.Epoch;
        }
        catch
        {
            metrics.Failed();
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task RestoreAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (Current.Loaded)
            {
                return; // The database came back in the meantime.
            }

            var bytes = await _file.ReadAsync(cancellationToken);
            var document = bytes is null ? null : RoutingDocumentJson.Read(bytes);
            if (document is null)
            {
                LogNothingOnDisk();
            }
            else if (await TakeAsync(document, cancellationToken))
            {
                LogRestored(document.Epoch);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotSaved(e.Message);
        }
        finally
        {
            _turn.Release();
        }
    }

    // True when the document is in effect afterwards.
    private async Task<bool> TakeAsync(RoutingDocument document, CancellationToken cancellationToken)
    {
        var compilation = SnapshotCompiler.Compile(document);
        if (compilation.Snapshot is not { } snapshot)
        {
            metrics.Refused();
            LogRefused(document.Epoch, string.Join(" ", compilation.Faults.Take(5).Select(f => $"{f.Resource}{f.Pointer}: {f.Message}")));
            return false;
        }

        if (Current.Loaded && Current.Hash == snapshot.Hash)
        {
            metrics.Unchanged();
            return true;
        }

        foreach (var listener in listeners)
        {
            if (await listener.ApplyAsync(snapshot, cancellationToken) is { } reason)
            {
                metrics.Refused();
                LogRefused(document.Epoch, reason);
                return false;
            }
        }

        Volatile.Write(ref _current, snapshot);
        metrics.Applied(snapshot.Epoch, clock.GetUtcNow());
        LogApplied(snapshot.Epoch, snapshot.Hash, snapshot.Routes.Count);
        return true;
    }

    private async Task SaveAsync(RoutingDocument document, CancellationToken cancellationToken)
    {
        if (_savedHash == Current.Hash)
        {
            return;
        }

        try
        {
            await _file.WriteAsync(RoutingDocumentJson.Write(document), cancellationToken);
            _savedHash = Current.Hash;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotSaved(e.Message);
        }
    }

    [LoggerMessage(3001, LogLevel.Information, "Configuration of epoch {Epoch} is in effect: {Routes} routes, hash {Hash}.")]
    private partial void LogApplied(long epoch, string hash, int routes);

    [LoggerMessage(3002, LogLevel.Error, "Configuration of epoch {Epoch} was refused; the one before stays in effect. {Faults}")]
    private partial void LogRefused(long epoch, string faults);

    [LoggerMessage(3003, LogLevel.Warning, "The configuration could not be read ({Reason}); the node goes on with what it has.")]
    private partial void LogUnreadable(string reason);

    [LoggerMessage(3004, LogLevel.Warning, "Started from the copy on disk, of epoch {Epoch}, because the database could not be used.")]
    private partial void LogRestored(long epoch);

    [LoggerMessage(3005, LogLevel.Warning, "There is no usable copy of the configuration on disk; the node is not ready until the database can be read.")]
    private partial void LogNothingOnDisk();

    [LoggerMessage(3006, LogLevel.Warning, "The copy of the configuration on disk could not be used: {Reason}")]
    private partial void LogNotSaved(string reason);
}
