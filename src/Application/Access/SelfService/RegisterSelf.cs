using DataHub.Application.Abstractions;
using DataHub.Application.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Access.SelfService;
using DataHub.Domain.SharedKernel;
using FluentValidation;
using MediatR;

namespace DataHub.Application.Access.SelfService;

/// <summary>Signs a stranger up: gives a key at once, or a token by which it can be claimed once an administrator has said yes.</summary>
/// <param name="Name">Of the person or service.</param>
/// <param name="Email">Where to reach them.</param>
/// <param name="Segment">What is signed up for.</param>
/// <param name="Code">The invitation code; null when there is none.</param>
/// <param name="Purpose">For what; null when not told.</param>
public sealed record RegisterSelf(string Name, string Email, ConsumerSegment Segment, ClearSecret? Code, string? Purpose) : ICommand<SelfRegistered>;

/// <summary>What came of a registration.</summary>
/// <param name="Registration">The registration.</param>
/// <param name="ClaimToken">Claims the key later; the only copy.</param>
/// <param name="Issued">The key, when it was issued at once.</param>
public sealed record SelfRegistered(Registration Registration, ClearSecret ClaimToken, IssuedApiKey? Issued);

internal sealed class RegisterSelfValidator : AbstractValidator<RegisterSelf>
{
    public RegisterSelfValidator()
    {
        RuleFor(c => c.Name).IsName(Registration.MaxNameLength);
        RuleFor(c => c.Email).Must(Registration.IsMailAddress).WithErrorCode("invalid_email").WithMessage("A mail address looks like name@example.com.");
        RuleFor(c => c.Segment).IsInEnum().NotEqual(ConsumerSegment.Admin).WithErrorCode("invalid_segment").WithMessage("Nobody signs up as an administrator.");
        RuleFor(c => c.Purpose).IsReason(Registration.MaxPurposeLength);
    }
}

internal sealed class RegisterSelfHandler(
    IRegistrations registrations, SignUpDesk desk, IIdSource ids, SelfServiceOptions options, WriteContext write, TimeProvider clock) : IRequestHandler<RegisterSelf, SelfRegistered>
{
    public async Task<SelfRegistered> Handle(RegisterSelf request, CancellationToken cancellationToken)
    {
        var mode = options.ModeOf(request.Segment);
        var domain = Registration.DomainOf(request.Email);
        if (mode == SelfServiceOptions.Closed)
        {
            throw new DomainException(SelfServiceErrors.Closed);
        }

        if (!options.Takes(domain))
        {
            throw new DomainException(SelfServiceErrors.Closed, "Nobody can sign up with an address of this mail domain.", "/email");
        }

        var now = clock.GetUtcNow();
        await EnsureFewAsync(domain, now, cancellationToken);
        var code = mode == SelfServiceOptions.Invitation ? await UseCodeAsync(request, now, cancellationToken) : null;
        var token = desk.MakeText("claim_", out var digest);
        var said = new RegistrationRequest(request.Name, request.Email, request.Segment, request.Purpose, write.ClientIp);
        var registration = Registration.Begin(new RegistrationId(ids.NewId()), said, digest, now);
        registrations.Add(registration);
        return mode == SelfServiceOptions.Approval
            ? new SelfRegistered(registration, token, null)
            : new SelfRegistered(registration, token, await desk.IssueAsync(registration, code?.Scopes, code?.TierId, cancellationToken));
    }

    private async Task EnsureFewAsync(string domain, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (fromAddress, fromDomain) = await registrations.CountRecentAsync(write.ClientIp, domain, now, cancellationToken);
        if (fromDomain >= options.PerMailDomainPerDay)
        {
            throw new DomainException(SelfServiceErrors.TooManyFromMailDomain);
        }

        if (fromAddress >= options.PerAddressPerHour)
        {
            throw new DomainException(SelfServiceErrors.TooManyFromAddress);
        }
    }

    private async Task<SignUpCode> UseCodeAsync(RegisterSelf request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var code = request.Code is { } text ? await registrations.FindCodeAsync(SignUpDesk.DigestOf(text.Reveal().Trim()), cancellationToken) : null;
        if (code is null)
        {
            throw new DomainException(SelfServiceErrors.CodeInvalid);
        }

        code.Use(request.Segment, now);
        return code;
    }
}
