using DataHub.Application.Abstractions;
using DataHub.Application.Access.Credentials;
using DataHub.Application.Access.Sessions;
using DataHub.Application.Observability.Contracts;
using DataHub.Domain.Access.Credentials;
using DataHub.Domain.Access.Sessions;
using DataHub.Domain.SharedKernel;
using FluentValidation;
using MediatR;

namespace DataHub.Application.Access.SignIn;

/// <summary>Signs a person in. Not one command: the slow hash is computed while no connection and no transaction is held.</summary>
/// <param name="Email">Who they say they are.</param>
/// <param name="Password">What they prove it with.</param>
/// <param name="Code">Code of the second factor; null when none was typed.</param>
/// <param name="RecoveryCode">A recovery code in its place; null for none.</param>
/// <param name="Client">From where.</param>
/// <param name="Device">The token that an earlier sign-in left in this browser; null for none.</param>
/// <param name="NewDevice">The token that the browser will have if this succeeds; null to leave none.</param>
public sealed record SignInWithPassword(
    string Email, ClearSecret Password, ClearSecret? Code, ClearSecret? RecoveryCode, SessionClient Client, string? Device, string? NewDevice) : IRequest<SignInResult>;

/// <summary>How signing in went.</summary>
public enum SignInOutcome
{
    /// <summary>The person is signed in.</summary>
    SignedIn,

    /// <summary>Mail address, password or code is not right: which of them is not said.</summary>
    Refused,

    /// <summary>The password is right, and a code is asked for.</summary>
    CodeNeeded,

    /// <summary>Too many failures: later.</summary>
    Throttled,
}

/// <summary>How signing in went, with what belongs to it.</summary>
/// <param name="Outcome">How it went.</param>
/// <param name="Tokens">The tokens when signed in, else null.</param>
/// <param name="RetryAfterSeconds">Seconds to wait when throttled, else 0.</param>
public sealed record SignInResult(SignInOutcome Outcome, SessionTokens? Tokens = null, int RetryAfterSeconds = 0);

internal sealed class SignInWithPasswordValidator : AbstractValidator<SignInWithPassword>
{
    // Longer than any address or password can be: refused before it is hashed.
    public SignInWithPasswordValidator()
    {
        RuleFor(c => c.Email).Must(e => e.Length is > 0 and <= 320 && !e.Any(char.IsControl)).WithErrorCode("invalid_email")
            .WithMessage("A mail address has 1 to 320 characters, none of them a control character.");
        RuleFor(c => c.Password).Must(p => p.Reveal().Length is > 0 and <= 1024).WithErrorCode("invalid_password").WithMessage("A password has 1 to 1024 characters here.");
        RuleFor(c => c.Code).Must(c => c is not { } code || code.Reveal().Length <= 20).WithErrorCode("too_long").WithMessage("A code has six digits.");
        RuleFor(c => c.RecoveryCode).Must(c => c is not { } code || code.Reveal().Length <= 40).WithErrorCode("too_long").WithMessage("A recovery code has 16 characters.");
    }
}

internal sealed class SignInWithPasswordHandler(
    ISignInThrottle throttle,
    ISignInPeople people,
    IPasswordHashing hashing,
    ICredentialRepository credentials,
    SecondFactor secondFactor,
    SessionOpener opener,
    ITransactionRunner transactions,
    IAuditTrail audit,
    TimeProvider clock) : IRequestHandler<SignInWithPassword, SignInResult>
{
    private const string Method = "password";

    public async Task<SignInResult> Handle(SignInWithPassword request, CancellationToken cancellationToken)
    {
        var email = request.Email.Trim().ToLowerInvariant();
        var origin = new SignInOrigin(request.Client.Address, request.Device);
        var turn = await throttle.BeginAsync(email, origin, cancellationToken);
        if (!turn.Allowed)
        {
            return new SignInResult(SignInOutcome.Throttled, RetryAfterSeconds: turn.RetryAfterSeconds);
        }

        // Nobody, a person without a password and a disabled one cost the same as a wrong password: the hash is always computed.
        var person = await people.FindByEmailAsync(email, cancellationToken);
        var password = request.Password.Reveal();
        var match = await hashing.VerifyAsync(person is { Active: true } ? person.PasswordHash : null, password, cancellationToken);
        if (match == PasswordMatch.No)
        {
            return await RefuseAsync(email, person, "password", cancellationToken);
        }

        if (person!.SecondFactor && request.Code is null && request.RecoveryCode is null)
        {
            return new SignInResult(SignInOutcome.CodeNeeded);
        }

        var newHash = match == PasswordMatch.YesButOldHash ? await hashing.HashAsync(password, cancellationToken) : null;
        var tokens = await transactions.RunAsync(() => OpenAsync(request, person, newHash, cancellationToken), dryRun: false, cancellationToken);
        if (tokens is null)
        {
            return await RefuseAsync(email, person, "code", cancellationToken);
        }

        await throttle.SucceededAsync(email, origin with { Device = request.NewDevice ?? request.Device }, cancellationToken);
        return new SignInResult(SignInOutcome.SignedIn, tokens);
    }

    // Null when the code is refused; then nothing was changed.
    private async Task<SessionTokens?> OpenAsync(SignInWithPassword request, SignInPerson person, string? newHash, CancellationToken cancellationToken)
    {
        // Loaded anew and locked: the password may have been changed while it was hashed, and a code is good for one of two sign-ins at once.
        if (await credentials.FindAsync(person.Id, cancellationToken) is not { } credential || credential.PasswordHash != person.PasswordHash)
        {
            return null;
        }

        if (credential.AsksForSecondFactor && !secondFactor.Accept(credential, request.Code?.Reveal(), request.RecoveryCode?.Reveal()))
        {
            return null;
        }

        if (newHash is not null)
        {
            credential.Rehash(newHash, clock.GetUtcNow());
        }

        return await opener.OpenAsync(person, Method, request.Client, cancellationToken);
    }

    private async Task<SignInResult> RefuseAsync(string email, SignInPerson? person, string factor, CancellationToken cancellationToken)
    {
        await audit.RecordAsync(
            new AuditNote("session.sign-in", "user", person?.Id.ToString(), AuditResult.Failure)
            {
                Tenant = person?.Tenant,
                Code = ErrorCodes.LoginFailed,
                Details = new { email = Shown(email), factor, method = Method },
            },
            cancellationToken);
        return new SignInResult(SignInOutcome.Refused);
    }

    // Somebody who types the password into the wrong field must not find it in the trail.
    private static string Shown(string email) => email.Contains('@', StringComparison.Ordinal) ? email : "[not a mail address]";
}
