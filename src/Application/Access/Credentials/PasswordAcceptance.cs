using DataHub.Domain.Access.Credentials;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Access.Credentials;

/// <summary>Decides whether a new password is taken.</summary>
internal sealed class PasswordAcceptance(ICommonPasswords common)
{
    /// <summary>Refuses a password that is too short, too long or too common.</summary>
    /// <param name="password">The new password.</param>
    /// <param name="email">Mail address of the person, which is no password either.</param>
    /// <param name="pointer">Where it stood in the body.</param>
    /// <exception cref="DomainException"><see cref="CredentialErrors.PasswordRefused"/>.</exception>
    public void Ensure(string password, string email, string pointer)
    {
        var (code, message) = Violation(password, email.ToLowerInvariant());
        if (code.Length > 0)
        {
            throw new DomainException(CredentialErrors.PasswordRefused, [new DomainFault(pointer, code, message)]);
        }
    }

    private (string Code, string Message) Violation(string password, string email) => password switch
    {
        { Length: < PasswordRules.MinLength } => ("too_short", $"A password has at least {PasswordRules.MinLength} characters; a sentence is easy to keep in mind."),
        { Length: > PasswordRules.MaxLength } => ("too_long", $"A password has at most {PasswordRules.MaxLength} characters."),
        _ when PasswordRules.IsPattern(password) => ("too_common", "This is a pattern that is guessed at once; take another one."),
        _ when PasswordRules.Words(password).Any(w => common.Contains(w) || w == email || w == email.Split('@')[0]) =>
            ("too_common", "This password, or the word that it is made of, is among the first that are tried; take another one."),
        _ => ("", ""),
    };
}
