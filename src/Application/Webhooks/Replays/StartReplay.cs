using DataHub.Application.Abstractions;
using DataHub.Application.Observability.Contracts;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Application.Webhooks.Subscriptions;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Replays;
using DataHub.Domain.Webhooks.Subscriptions;
using FluentValidation;
using MediatR;

namespace DataHub.Application.Webhooks.Replays;

/// <summary>Starts a job that sends again.</summary>
/// <param name="Kind">What has ended, or what was missed.</param>
/// <param name="Subscription">To whom; needed for what was missed.</param>
/// <param name="EventType">Of which type; null: of all.</param>
/// <param name="Outcomes">How it ended; null: failed, expired and quarantined.</param>
/// <param name="Since">From when; at most 90 days ago.</param>
/// <param name="Until">Until when; null: now.</param>
public sealed record StartReplay(ReplayKind Kind, SubscriptionId? Subscription, string? EventType, IReadOnlyList<DeliveryOutcome>? Outcomes, DateTimeOffset Since, DateTimeOffset? Until) : ICommand<ReplayJobId>;

/// <summary>Ends a job; what it has put into the queue stays there.</summary>
/// <param name="Id">The job.</param>
public sealed record CancelReplay(ReplayJobId Id) : ICommand<Unit>;

/// <summary>One job; the holder of a key sees those of its own subscriptions.</summary>
/// <param name="Id">The job.</param>
public sealed record GetReplay(ReplayJobId Id) : IQuery<ReplayJobView>
{
    /// <summary>No such job.</summary>
    public static readonly DomainError NotFound = new(ErrorCodes.NotFound, "The job does not exist.");
}

/// <summary>A page of jobs.</summary>
/// <param name="State">How far they are; null: all.</param>
/// <param name="List">Page and order.</param>
public sealed record ListReplays(ReplayState? State, ListRequest List) : IQuery<Page<ReplayJobView>>;

internal sealed class StartReplayValidator : AbstractValidator<StartReplay>
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(90);

    public StartReplayValidator(IDatabaseClock clock)
    {
        RuleFor(c => c.Since).Must(since => since < clock.Now && since > clock.Now - Longest).WithErrorCode("out_of_range").WithMessage("since is an instant within the last 90 days.");
        RuleFor(c => c.Until).Must((c, until) => until is null || until > c.Since).WithErrorCode("out_of_range").WithMessage("until is after since.");
        RuleFor(c => c.EventType).Must(type => type is null || EventTypePattern.IsType(type)).WithErrorCode("invalid_event_type").WithMessage("An event type such as order.created.");
        RuleFor(c => c.Subscription).Must((c, id) => c.Kind != ReplayKind.Missed || id is not null).OverridePropertyName("subscriptionId").WithErrorCode("required").WithMessage("Name the subscription that missed something.");
        RuleFor(c => c.Outcomes).Must((c, outcomes) => outcomes is null || (outcomes.Count > 0 && c.Kind == ReplayKind.Ended)).WithErrorCode("invalid").WithMessage("outcomes makes sense for what has ended only, and names at least one.");
    }
}

internal sealed class StartReplayHandler(IReplayJobs jobs, OwnSubscriptions own, IAuditTrail audit, WriteContext write, IIdSource ids, IDatabaseClock clock) : IRequestHandler<StartReplay, ReplayJobId>
{
    private static readonly DeliveryOutcome[] NotDelivered = [DeliveryOutcome.Failed, DeliveryOutcome.Expired, DeliveryOutcome.Quarantined];

    public async Task<ReplayJobId> Handle(StartReplay request, CancellationToken cancellationToken)
    {
        if (request.Subscription is { } subscription)
        {
            await own.FindAsync(subscription, cancellationToken);
        }

        // What fails while the job runs is not taken in again.
        var now = clock.Now;
        var until = request.Until is { } end && end < now ? end : now;
        var id = new ReplayJobId(ids.NewId());
        var order = new ReplayOrder(request.Kind, request.Subscription, request.EventType, request.Outcomes ?? NotDelivered, request.Since.ToUniversalTime(), until.ToUniversalTime());
        await jobs.AddAsync(id, order, write.Actor.Id, cancellationToken);
        audit.Note("replay.start", "replay-job", id.ToString(), new { order.Kind, subscriptionId = request.Subscription?.ToString(), order.EventType, order.Since, order.Until });
        return id;
    }
}

/// <summary>The jobs that the caller may see: an administrator those of the tenant, the holder of a key those of its own subscriptions.</summary>
internal sealed class OwnReplays(IReplayJobs jobs, OwnSubscriptions own, WriteContext write)
{
    /// <summary>Reads one; what is not the caller's is not there.</summary>
    /// <exception cref="DomainException"><see cref="GetReplay.NotFound"/>.</exception>
    public async Task<ReplayJobView> FindAsync(ReplayJobId id, CancellationToken cancellationToken)
    {
        var found = await jobs.FindAsync(id, cancellationToken) ?? throw new DomainException(GetReplay.NotFound);
        try
        {
            if (write.Actor.Kind == ActorKind.ApiKey)
            {
                await own.FindAsync(EntityId.TryParse<SubscriptionId>(found.SubscriptionId, out var subscription) ? subscription : default, cancellationToken);
            }

            return found;
        }
        catch (DomainException e) when (e.Error == SubscriptionErrors.NotFound)
        {
            throw new DomainException(GetReplay.NotFound);
        }
    }
}

internal sealed class CancelReplayHandler(IReplayJobs jobs, OwnReplays own, IAuditTrail audit) : IRequestHandler<CancelReplay, Unit>
{
    private static readonly DomainError Ended = new(ErrorCodes.Conflict, "The job has ended.");

    public async Task<Unit> Handle(CancelReplay request, CancellationToken cancellationToken)
    {
        await own.FindAsync(request.Id, cancellationToken);
        if (!await jobs.CancelAsync(request.Id, cancellationToken))
        {
            throw new DomainException(Ended);
        }

        audit.Note("replay.cancel", "replay-job", request.Id.ToString());
        return Unit.Value;
    }
}

internal sealed class GetReplayHandler(OwnReplays own) : IRequestHandler<GetReplay, ReplayJobView>
{
    public Task<ReplayJobView> Handle(GetReplay request, CancellationToken cancellationToken) => own.FindAsync(request.Id, cancellationToken);
}

internal sealed class ListReplaysHandler(IReplayJobs jobs) : IRequestHandler<ListReplays, Page<ReplayJobView>>
{
    public Task<Page<ReplayJobView>> Handle(ListReplays request, CancellationToken cancellationToken) => jobs.ListAsync(request.State, request.List, cancellationToken);
}
