using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Access.Scopes;
using DataHub.Domain.Access.SelfService;
using DataHub.Domain.SharedKernel;
using FluentValidation;
using MediatR;

namespace DataHub.Application.Access.SelfService;

/// <summary>Makes an invitation code. The code is in the result and nowhere else.</summary>
/// <param name="Segment">The segment that it opens.</param>
/// <param name="Scopes">Scopes of the keys; null for those of the settings.</param>
/// <param name="TierId">Printed id of the tier of the consumers; null for the one of the settings.</param>
/// <param name="MaxUses">How many may sign up with it.</param>
/// <param name="ExpiresAt">Instant from which it is refused; null for never.</param>
/// <param name="Note">For people; null for none.</param>
public sealed record MakeSignUpCode(
    ConsumerSegment Segment, IReadOnlyList<string>? Scopes, string? TierId, int MaxUses, DateTimeOffset? ExpiresAt, string? Note) : ICommand<MadeSignUpCode>;

/// <summary>A code that was just made.</summary>
/// <param name="Code">What is kept of it.</param>
/// <param name="Text">The only copy.</param>
public sealed record MadeSignUpCode(SignUpCode Code, ClearSecret Text);

/// <summary>A page of the invitation codes.</summary>
/// <param name="List">Page and order; a search looks into the notes.</param>
public sealed record ListSignUpCodes(ListRequest List) : IQuery<Page<SignUpCodeDocument>>;

/// <summary>One invitation code.</summary>
/// <param name="Id">The code.</param>
public sealed record GetSignUpCode(SignUpCodeId Id) : IQuery<SignUpCodeDocument>;

/// <summary>Withdraws an invitation code. Who signed up with it keeps the key.</summary>
/// <param name="Id">The code.</param>
public sealed record RemoveSignUpCode(SignUpCodeId Id) : ICommand<SignUpCode>;

internal sealed class MakeSignUpCodeValidator : AbstractValidator<MakeSignUpCode>
{
    public MakeSignUpCodeValidator()
    {
        RuleFor(c => c.Segment).IsInEnum().NotEqual(ConsumerSegment.Admin).WithErrorCode("invalid_segment").WithMessage("Nobody signs up as an administrator.");
        RuleFor(c => c.TierId).IsTierId();
        RuleFor(c => c.MaxUses).InclusiveBetween(1, SignUpCode.MaxMaxUses).WithErrorCode("out_of_range");
        RuleFor(c => c.Note).IsReason(SignUpCode.MaxNoteLength);
        RuleFor(c => c.Scopes!).Must(s => s.Count <= Scope.MaxPerKey).When(c => c.Scopes is not null).WithErrorCode("too_many");
        RuleForEach(c => c.Scopes!).IsScope();
    }
}

internal sealed class MakeSignUpCodeHandler(IRegistrations registrations, SignUpDesk desk, TierReferences tiers, IIdSource ids, TimeProvider clock)
    : IRequestHandler<MakeSignUpCode, MadeSignUpCode>
{
    public async Task<MadeSignUpCode> Handle(MakeSignUpCode request, CancellationToken cancellationToken)
    {
        var tier = FieldRules.ToTierId(request.TierId);
        await tiers.EnsureExistsAsync(tier, cancellationToken);
        var text = desk.MakeText("invite_", out var digest);
        var grant = new SignUpGrant(request.Segment, request.Scopes, tier, request.MaxUses, FieldRules.ToMilliseconds(request.ExpiresAt), request.Note);
        var code = SignUpCode.Make(new SignUpCodeId(ids.NewId()), digest, text.Reveal()[^4..], grant, clock.GetUtcNow());
        registrations.Add(code);
        return new MadeSignUpCode(code, text);
    }
}

internal sealed class ListSignUpCodesHandler(IRegistrations registrations) : IRequestHandler<ListSignUpCodes, Page<SignUpCodeDocument>>
{
    public Task<Page<SignUpCodeDocument>> Handle(ListSignUpCodes request, CancellationToken cancellationToken) => registrations.ListCodesAsync(request.List, cancellationToken);
}

internal sealed class GetSignUpCodeHandler(IRegistrations registrations) : IRequestHandler<GetSignUpCode, SignUpCodeDocument>
{
    public async Task<SignUpCodeDocument> Handle(GetSignUpCode request, CancellationToken cancellationToken) =>
        SignUpCodeDocument.From(await registrations.FindCodeAsync(request.Id, cancellationToken) ?? throw new DomainException(SelfServiceErrors.NotFound));
}

internal sealed class RemoveSignUpCodeHandler(IRegistrations registrations, WriteContext write) : IRequestHandler<RemoveSignUpCode, SignUpCode>
{
    public async Task<SignUpCode> Handle(RemoveSignUpCode request, CancellationToken cancellationToken)
    {
        var code = await registrations.FindCodeAsync(request.Id, cancellationToken) ?? throw new DomainException(SelfServiceErrors.NotFound);
        write.EnsureMatches(code);
        registrations.Remove(code);
        return code;
    }
}
