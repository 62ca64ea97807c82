using DataHub.Application.Abstractions;
using DataHub.Application.Observability.Contracts;
using DataHub.Application.Traffic.Contracts;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;
using FluentValidation;
using MediatR;

namespace DataHub.Application.Access.KeyLifecycle;

/// <summary>Keeps the schedules of tiers. Changes are part of the transaction of the command.</summary>
public interface ITierRotations
{
    /// <summary>The schedule of a tier.</summary>
    /// <param name="tierId">The tier.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when it has none.</returns>
    Task<RotationSchedule?> FindAsync(RateLimitTierId tierId, CancellationToken cancellationToken);

    /// <summary>Sets or removes the schedule of a tier.</summary>
    /// <param name="tierId">The tier.</param>
    /// <param name="schedule">The schedule; null removes it.</param>
    /// <param name="cancellationToken">Ends the write.</param>
    Task SetAsync(RateLimitTierId tierId, RotationSchedule? schedule, CancellationToken cancellationToken);
}

/// <summary>The schedule for the keys of a tier that have none of their own.</summary>
/// <param name="TierId">The tier.</param>
public sealed record GetTierRotation(RateLimitTierId TierId) : IQuery<RotationSchedule>;

/// <summary>Sets or removes the schedule for the keys of a tier that have none of their own.</summary>
/// <param name="TierId">The tier.</param>
/// <param name="Schedule">The schedule; null removes it.</param>
public sealed record SetTierRotation(RateLimitTierId TierId, RotationSchedule? Schedule) : ICommand<RotationSchedule?>;

internal sealed class SetTierRotationValidator : AbstractValidator<SetTierRotation>
{
    public SetTierRotationValidator() =>
        RuleFor(c => c.Schedule!).Must(s => s.IsInRange()).When(c => c.Schedule is not null).WithErrorCode("out_of_range").OverridePropertyName("everyDays")
            .WithMessage($"A schedule has everyDays from 1 to {RotationSchedule.MaxDays} and graceSeconds from 0 to {ApiKey.MaxGrace.TotalSeconds}.");
}

internal sealed class GetTierRotationHandler(ITierRotations rotations, ITierReader tiers, WriteContext write) : IRequestHandler<GetTierRotation, RotationSchedule>
{
    public async Task<RotationSchedule> Handle(GetTierRotation request, CancellationToken cancellationToken)
    {
        var tier = request.TierId.ToString();
        return (await tiers.ReadAllAsync(cancellationToken)).Any(t => t.Id == tier && t.IsFor(write.Tenant)) && await rotations.FindAsync(request.TierId, cancellationToken) is { } schedule
            ? schedule
            : throw new DomainException(SetTierRotationHandler.NotFound);
    }
}

internal sealed class SetTierRotationHandler(ITierRotations rotations, ITierReader tiers, IAuditTrail audit, WriteContext write) : IRequestHandler<SetTierRotation, RotationSchedule?>
{
    public static readonly DomainError NotFound = new(ErrorCodes.NotFound, "The tier does not exist, or has no rotation schedule.");

    public async Task<RotationSchedule?> Handle(SetTierRotation request, CancellationToken cancellationToken)
    {
        var tier = request.TierId.ToString();
        if (!(await tiers.ReadAllAsync(cancellationToken)).Any(t => t.Id == tier && t.TenantId == write.Tenant))
        {
            throw new DomainException(NotFound);
        }

        audit.Note(request.Schedule is null ? "tier.remove-key-rotation" : "tier.set-key-rotation", "tier", tier, request.Schedule);
        await rotations.SetAsync(request.TierId, request.Schedule, cancellationToken);
        return request.Schedule;
    }
}
