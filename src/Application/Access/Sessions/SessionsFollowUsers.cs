using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Users;

namespace DataHub.Application.Access.Sessions;

/// <summary>Tells every node when a user may do something else than before, whatever the command is called: what nodes remember of their sessions is not true any more.</summary>
internal sealed class SessionsFollowUsers(IChangePublisher changes) : IChangeRule
{
    public Task<bool> BeforeSaveAsync(IReadOnlyList<PendingChange> pending, CancellationToken cancellationToken)
    {
        foreach (var change in pending)
        {
            if (change is { Aggregate: User user, Kind: not ChangeKind.Added } && (change.Kind == ChangeKind.Deleted || Differs(user, change.Original)))
            {
                changes.Publish(ChangeTopics.Sessions, user.Id.ToString());
            }
        }

        return Task.FromResult(false);
    }

    private static bool Differs(User user, Func<string, object?> original) =>
        !Equals(original(nameof(User.Role)), user.Role) || !Equals(original(nameof(User.Global)), user.Global) || !Equals(original(nameof(User.Status)), user.Status);
}
