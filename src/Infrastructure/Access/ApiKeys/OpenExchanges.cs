using System.Collections.Concurrent;
using System.Net;
using DataHub.Application.Access.Contracts;
using DataHub.Domain.Access.ApiKeys;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DataHub.Infrastructure.Access.ApiKeys;

/// <summary>Keeps the open exchanges of this node and decides over them again whenever their key or consumer has changed.</summary>
internal sealed partial class OpenExchanges(KeyCache cache, IKeyLoader loader, TimeProvider clock, ILogger<OpenExchanges> logger) : IOpenExchanges
{
    private static readonly TimeSpan LoadLimit = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<OpenExchange, bool> _open = new();

    // What changed while the store could not be asked; asked again at every catching up.
    private readonly ConcurrentDictionary<string, bool> _unsettled = new(StringComparer.Ordinal);

    /// <summary>How many are open.</summary>
    public int Count => _open.Count;

    public IDisposable Watch(CallerRecord caller, IPAddress clientIp, Action<string> close)
    {
        var exchange = new OpenExchange(caller, clientIp, close, clock, forget: e => _open.TryRemove(e, out _));
        _open[exchange] = true;
        exchange.Start();

        // The key may have changed between its admission and this line, and nobody will say so again.
        if (cache.IsTombstoned(caller))
        {
            _ = DecideAgainAsync(caller.KeyIdText, CancellationToken.None);
        }

        return exchange;
    }

    /// <summary>Decides over the exchanges of a key or a consumer again. Never throws: what cannot be loaded is tried again later.</summary>
    /// <param name="id">The printed id of either.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task DecideAgainAsync(string id, CancellationToken cancellationToken)
    {
        var concerned = _open.Keys.Where(e => e.IsOf(id)).ToList();
        if (concerned.Count == 0)
        {
            _unsettled.TryRemove(id, out _);
            return;
        }

        try
        {
            foreach (var secret in concerned.GroupBy(e => (e.KeyId, e.SecretVersion)))
            {
                var row = await loader.ReloadAsync(new ApiKeyId(secret.Key.KeyId), secret.Key.SecretVersion, cancellationToken).WaitAsync(LoadLimit, clock, cancellationToken);
                var current = row?.ToCaller(new KeyUsage());
                foreach (var exchange in secret)
                {
                    exchange.Decide(current);
                }
            }

            _unsettled.TryRemove(id, out _);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException or System.Net.Sockets.SocketException or IOException)
        {
            _unsettled[id] = true;
            LogUnsettled(concerned.Count, id, e.Message);
        }
    }

    /// <summary>Decides over what could not be settled before.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        foreach (var id in _unsettled.Keys)
        {
            await DecideAgainAsync(id, cancellationToken);
        }
    }

    /// <summary>Decides over everything again: too much may have been missed.</summary>
    public async Task DecideAllAsync(CancellationToken cancellationToken)
    {
        foreach (var id in _open.Keys.Select(e => e.KeyIdText).Distinct().ToList())
        {
            await DecideAgainAsync(id, cancellationToken);
        }
    }

    [LoggerMessage(2020, LogLevel.Warning, "{Count} open exchanges of {Id} could not be checked after a change, trying again soon: {Reason}")]
    private partial void LogUnsettled(int count, string id, string reason);
}
