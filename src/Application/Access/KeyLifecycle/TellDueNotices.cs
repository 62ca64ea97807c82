using DataHub.Application.Abstractions;
using DataHub.Application.Access.ApiKeys;
using DataHub.Application.Traffic.Contracts;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;
using MediatR;

namespace DataHub.Application.Access.KeyLifecycle;

/// <summary>Tells what is due about keys: ends that come near, ends that have come, rotations that are due; and ends the secrets whose schedule is enforced.</summary>
/// <param name="Limit">Most notices of each kind.</param>
public sealed record TellDueNotices(int Limit) : ICommand<int>;

internal sealed class TellDueNoticesHandler(
    IKeyNotices notices, IApiKeyRepository keys, ITierReader tiers, IEventPublisher events, IChangePublisher changes, WriteContext write, TimeProvider clock)
    : IRequestHandler<TellDueNotices, int>
{
    /// <summary>How many notices were told.</summary>
    public async Task<int> Handle(TellDueNotices request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var standard = (await tiers.ReadAllAsync(cancellationToken)).FirstOrDefault(t => t.IsDefault);
        RateLimitTierId? defaultTier = EntityId.TryParse<RateLimitTierId>(standard?.Id, out var id) ? id : null;
        var due = await notices.ClaimAsync(now, defaultTier, request.Limit, cancellationToken);
        foreach (var notice in due)
        {
            if (await keys.FindAsync(notice.KeyId, cancellationToken) is { } key)
            {
                Tell(notice, key, now);
            }
        }

        return due.Count;
    }

    private void Tell(KeyNotice notice, ApiKey key, DateTimeOffset now)
    {
        // An event belongs to the tenant of its key.
        write.Tenant = key.TenantId;
        var data = KeyEventData.Of(key) with { ExpiresAt = notice.EndsAt, SecretVersion = notice.Version == 0 ? null : notice.Version };
        switch (notice.Kind)
        {
            case KeyNoticeKind.KeyExpiring:
                events.Publish(KeyEvents.Expiring, data with { Reason = $"The key ends within {Words(notice.Threshold)}." });
                break;
            case KeyNoticeKind.SecretExpiring:
                events.Publish(KeyEvents.Expiring, data with { Reason = $"Secret {notice.Version} was replaced and ends within {Words(notice.Threshold)}." });
                break;
            case KeyNoticeKind.KeyExpired:
                events.Publish(KeyEvents.Expired, data);
                break;
            case KeyNoticeKind.RotationDue:
                TellRotation(notice.Schedule!, key, data, now);
                break;
            default:
                throw new InvalidOperationException($"Nothing is known of {notice.Kind}.");
        }
    }

    // Nobody could be shown a secret that is made here. So the holder is told; where the schedule is enforced, the old secret gets an end.
    private void TellRotation(RotationSchedule schedule, ApiKey key, KeyEventData data, DateTimeOffset now)
    {
        if (!schedule.Enforced || key.Environment == KeyEnvironment.Admin)
        {
            events.Publish(KeyEvents.RotationDue, data with { ExpiresAt = null, Reason = $"The schedule asks for a new secret every {schedule.EveryDays} days." });
            return;
        }

        var end = key.EndCurrentSecret(TimeSpan.FromSeconds(schedule.GraceSeconds), now);
        changes.Publish(ChangeTopics.Keys, key.Id.ToString());
        events.Publish(
            KeyEvents.RotationDue,
            data with { ExpiresAt = end, Reason = $"The schedule asks for a new secret every {schedule.EveryDays} days, and ends the old one: rotate the key before." });
    }

    private static string Words(TimeSpan time) => time.TotalDays > 1 ? $"{time.TotalDays:0} days" : time.TotalDays == 1 ? "a day" : "an hour";
}
