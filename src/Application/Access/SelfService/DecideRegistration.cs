using DataHub.Application.Abstractions;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Scopes;
using DataHub.Domain.Access.SelfService;
using DataHub.Domain.SharedKernel;
using FluentValidation;
using MediatR;

namespace DataHub.Application.Access.SelfService;

/// <summary>A page of registrations.</summary>
/// <param name="Filter">What it is narrowed to.</param>
/// <param name="List">Page and order.</param>
public sealed record ListRegistrations(RegistrationFilter Filter, ListRequest List) : IQuery<Page<RegistrationDocument>>;

/// <summary>One registration.</summary>
/// <param name="Id">The registration.</param>
public sealed record GetRegistration(RegistrationId Id) : IQuery<RegistrationDocument>;

/// <summary>Lets an applicant claim a key.</summary>
/// <param name="Id">The registration.</param>
/// <param name="Scopes">Scopes of the key; null for those of the settings.</param>
/// <param name="TierId">Printed id of the tier of the consumer; null for the one of the settings.</param>
public sealed record ApproveRegistration(RegistrationId Id, IReadOnlyList<string>? Scopes, string? TierId) : ICommand<Registration>;

/// <summary>Turns an applicant down.</summary>
/// <param name="Id">The registration.</param>
/// <param name="Reason">Why; shown to the applicant; null for no reason.</param>
public sealed record RejectRegistration(RegistrationId Id, string? Reason) : ICommand<Registration>;

internal sealed class ApproveRegistrationValidator : AbstractValidator<ApproveRegistration>
{
    public ApproveRegistrationValidator()
    {
        RuleFor(c => c.TierId).IsTierId();
        RuleFor(c => c.Scopes!).Must(s => s.Count <= Scope.MaxPerKey).When(c => c.Scopes is not null).WithErrorCode("too_many");
        RuleForEach(c => c.Scopes!).IsScope();
    }
}

internal sealed class RejectRegistrationValidator : AbstractValidator<RejectRegistration>
{
    public RejectRegistrationValidator() => RuleFor(c => c.Reason).IsReason(ApiKey.MaxReasonLength);
}

internal sealed class ListRegistrationsHandler(IRegistrations registrations) : IRequestHandler<ListRegistrations, Page<RegistrationDocument>>
{
    public Task<Page<RegistrationDocument>> Handle(ListRegistrations request, CancellationToken cancellationToken) =>
        registrations.ListAsync(request.Filter, request.List, cancellationToken);
}

internal sealed class GetRegistrationHandler(IRegistrations registrations) : IRequestHandler<GetRegistration, RegistrationDocument>
{
    public async Task<RegistrationDocument> Handle(GetRegistration request, CancellationToken cancellationToken) =>
        RegistrationDocument.From(await registrations.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(SelfServiceErrors.NotFound));
}

internal sealed class ApproveRegistrationHandler(IRegistrations registrations, TierReferences tiers, WriteContext write, TimeProvider clock)
    : IRequestHandler<ApproveRegistration, Registration>
{
    public async Task<Registration> Handle(ApproveRegistration request, CancellationToken cancellationToken)
    {
        var registration = await registrations.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(SelfServiceErrors.NotFound);
        write.EnsureMatches(registration);
        var tier = FieldRules.ToTierId(request.TierId);
        await tiers.EnsureExistsAsync(tier, cancellationToken);
        registration.Approve(request.Scopes, tier, write.Actor.Id, clock.GetUtcNow());
        return registration;
    }
}

internal sealed class RejectRegistrationHandler(IRegistrations registrations, WriteContext write, TimeProvider clock) : IRequestHandler<RejectRegistration, Registration>
{
    public async Task<Registration> Handle(RejectRegistration request, CancellationToken cancellationToken)
    {
        var registration = await registrations.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(SelfServiceErrors.NotFound);
        write.EnsureMatches(registration);
        registration.Reject(request.Reason, write.Actor.Id, clock.GetUtcNow());
        return registration;
    }
}
