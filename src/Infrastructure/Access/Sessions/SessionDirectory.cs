using System.Collections.Concurrent;
using DataHub.Application.Abstractions;
using DataHub.Application.Access.Sessions;
using DataHub.Domain.Access.Sessions;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using DataHub.Infrastructure.Access.SignIn;
using DataHub.Infrastructure.Access.SingleSignOn;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DataHub.Infrastructure.Access.Sessions;

/// <summary>
/// Remembers the sessions that are used on this node. A notification takes one out at once; the poll compares the epoch of the topic, and forgets
/// everything when a notification may have been missed. What is not known any more is read again, and so is what is older than the limit.
/// </summary>
internal sealed class SessionDirectory(NpgsqlDataSource database, SsoIssuers issuers, TimeProvider clock, IOptions<SessionsOptions> options) : ISessionDirectory, IChangeHandler
{
    private const int Capacity = 10_000;

    private readonly ConcurrentDictionary<SessionId, Entry> _entries = new();
    private readonly TimeSpan _fresh = TimeSpan.FromSeconds(options.Value.CacheSeconds);
    private long _forgotten; // Counts what was forgotten, so that a read that began before does not put it back.
    private long _epoch = -1;

    public string Topic => ChangeTopics.Sessions;

    public async ValueTask<SessionRecord?> FindAsync(SessionId id, CancellationToken cancellationToken)
    {
        if (_entries.TryGetValue(id, out var entry) && clock.GetElapsedTime(entry.ReadAt) < _fresh)
        {
            return entry.Record.ExpiresAt > clock.GetUtcNow() ? entry.Record : null;
        }

        var forgotten = Volatile.Read(ref _forgotten);
        var readAt = clock.GetTimestamp();
        var record = await ReadAsync(id, goingOn: true, cancellationToken);
        if (record is null)
        {
            _entries.TryRemove(id, out _);
            return null;
        }

        if (_entries.Count >= Capacity)
        {
            _entries.Clear();
        }

        var read = new Entry(record, readAt);
        _entries[id] = read;
        if (Volatile.Read(ref _forgotten) != forgotten)
        {
            _entries.TryRemove(KeyValuePair.Create(id, read));
        }

        return record;
    }

    public async ValueTask<Actor?> FindPersonAsync(SessionId id, CancellationToken cancellationToken)
    {
        var record = _entries.TryGetValue(id, out var entry) ? entry.Record : await ReadAsync(id, goingOn: false, cancellationToken);
        return record is null ? null : record.Actor with { Global = false, Permissions = Actor.Anonymous.Permissions };
    }

    public Task OnChangedAsync(string payload, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _forgotten);
        if (EntityId.TryParse<SessionId>(payload, out var session))
        {
            _entries.TryRemove(session, out _);
        }
        else if (EntityId.TryParse<UserId>(payload, out var user))
        {
            foreach (var (id, entry) in _entries)
            {
                if (entry.Record.UserId == user)
                {
                    _entries.TryRemove(id, out _);
                }
            }
        }
        else
        {
            _entries.Clear();
        }

        return Task.CompletedTask;
    }

    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT coalesce((SELECT value FROM platform.epochs WHERE topic = $1), 0)");
        command.Parameters.AddWithValue(Topic);
        var epoch = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        if (epoch != Interlocked.Exchange(ref _epoch, epoch))
        {
            await OnChangedAsync("", cancellationToken);
        }
    }

    private async Task<SessionRecord?> ReadAsync(SessionId id, bool goingOn, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"""
            SELECT {SignInPeople.Columns}, {SignInPeople.SubjectColumn}, s.expires_at FROM access.sessions s JOIN {SignInPeople.From} ON u.id = s.user_id
            WHERE s.id = $1 AND ((s.ended_at IS NULL AND s.expires_at > $4) OR NOT $5)
            """);
        command.Parameters.AddWithValue(id.Value);
        command.Parameters.AddWithValue(issuers.Methods);
        command.Parameters.AddWithValue(issuers.Issuers);
        command.Parameters.AddWithValue(clock.GetUtcNow());
        command.Parameters.AddWithValue(goingOn);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var person = SignInPeople.ReadWithSubject(reader);
        return goingOn && !person.Active ? null : new SessionRecord(id, person.Id, person.ToActor(), reader.GetFieldValue<DateTimeOffset>(SignInPeople.ColumnCount + 1));
    }

    private sealed record Entry(SessionRecord Record, long ReadAt);
}
