using System.Security.Cryptography;
using System.Text;
using DataHub.Application.Access.Tokens.Verification;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DataHub.Infrastructure.Access.Tokens;

/// <summary>The copy of one issuer's keys that outlives the process. It helps where it can, and neither throws nor keeps anybody waiting for long.</summary>
internal sealed partial class KeySetCopy(IssuerTerms terms, IKeySetStore store, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    // As often as requests come for an issuer without keys, the store is asked so often at most.
    private static readonly TimeSpan ReadPause = TimeSpan.FromSeconds(2);

    // The same keys are written again only to say how fresh they are.
    private static readonly TimeSpan WritePause = TimeSpan.FromMinutes(1);

    private readonly string _place = Convert.ToHexString(SHA256.HashData(
        Encoding.UTF8.GetBytes($"{terms.Definition.Kind}\n{terms.Definition.Issuer}\n{terms.Definition.JwksUrl}")));

    private readonly Lock _gate = new();
    private Task<StoredKeySet?> _read = Task.FromResult<StoredKeySet?>(null);
    private DateTimeOffset _readAt = DateTimeOffset.MinValue;
    private byte[]? _written;
    private DateTimeOffset _writtenAt = DateTimeOffset.MinValue;

    /// <summary>The copy; null for none, or when the store was asked a moment ago. Many at once are one question.</summary>
    public Task<StoredKeySet?> ReadAsync()
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            if (_read.IsCompleted && now - _readAt >= ReadPause)
            {
                _readAt = now;
                _read = Task.Run(AskAsync);
            }

            return _read;
        }
    }

    /// <summary>Keeps keys that were just downloaded.</summary>
    /// <param name="json">The answer.</param>
    /// <param name="at">UTC instant of the download.</param>
    public async Task SaveAsync(byte[] json, DateTimeOffset at)
    {
        lock (_gate)
        {
            if (_written is not null && at - _writtenAt < WritePause && _written.AsSpan().SequenceEqual(json))
            {
                return;
            }

            (_written, _writtenAt) = (json, at);
        }

        try
        {
            using var limit = new CancellationTokenSource(Limit, clock);
            await store.WriteAsync(terms.Id, _place, new StoredKeySet(json, at), limit.Token);
        }
        catch (Exception e) when (IsAway(e))
        {
            LogNotSaved(terms.Definition.Name, e.Message);
            lock (_gate)
            {
                _written = null;
            }
        }
    }

    private async Task<StoredKeySet?> AskAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(Limit, clock);
            return await store.ReadAsync(terms.Id, _place, limit.Token);
        }
        catch (Exception e) when (IsAway(e))
        {
            LogNotRead(terms.Definition.Name, e.Message);
            return null;
        }
    }

    private static bool IsAway(Exception e) => e is NpgsqlException or TimeoutException or OperationCanceledException or System.Net.Sockets.SocketException or ObjectDisposedException;

    [LoggerMessage(2111, LogLevel.Warning, "The keys of issuer '{Name}' could not be kept for a restart: {Reason}")]
    private partial void LogNotSaved(string name, string reason);

    [LoggerMessage(2112, LogLevel.Warning, "The kept keys of issuer '{Name}' could not be read: {Reason}")]
    private partial void LogNotRead(string name, string reason);
}
