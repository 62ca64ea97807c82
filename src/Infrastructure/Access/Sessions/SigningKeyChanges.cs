using DataHub.Application.Abstractions;
using Npgsql;

namespace DataHub.Infrastructure.Access.Sessions;

/// <summary>Has this node read the signing keys again when they were rotated: at once by notification, and by the epoch of the topic when that was missed.</summary>
internal sealed class SigningKeyChanges(SigningKeyRing ring, NpgsqlDataSource database) : IChangeHandler
{
    private long _epoch = -1;

    public string Topic => ChangeTopics.SigningKeys;

    public Task OnChangedAsync(string payload, CancellationToken cancellationToken) => ring.ForgetAsync(cancellationToken);

    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT coalesce((SELECT value FROM platform.epochs WHERE topic = $1), 0)");
        command.Parameters.AddWithValue(Topic);
        var epoch = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        if (epoch != Interlocked.Exchange(ref _epoch, epoch))
        {
            await ring.ForgetAsync(cancellationToken);
        }
    }
}
