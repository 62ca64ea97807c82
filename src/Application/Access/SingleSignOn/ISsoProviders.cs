using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Access.SingleSignOn;

/// <summary>A provider as the page for signing in shows it.</summary>
/// <param name="Name">Its name in addresses.</param>
/// <param name="DisplayName">Its name for people.</param>
public sealed record SsoProviderInfo(string Name, string DisplayName);

/// <summary>What ties the answer of a provider to the browser that began: all of it random, used once.</summary>
/// <param name="State">Comes back with the answer (RFC 6749 §10.12).</param>
/// <param name="Nonce">Comes back inside the ID token (OpenID Connect Core §3.1.2.1).</param>
/// <param name="Verifier">Proves to the provider that who redeems the code is who asked for it (RFC 7636).</param>
public sealed record SsoChallenge(string State, string Nonce, string Verifier)
{
    /// <summary>None of it belongs in a message.</summary>
    public override string ToString() => "[secret]";
}

/// <summary>A person as a provider vouches for them.</summary>
/// <param name="Issuer">The provider's identifier.</param>
/// <param name="Subject">The person's, never given to anybody else by this provider.</param>
/// <param name="Email">Mail address; null when the provider tells none that may be relied on.</param>
/// <param name="Name">Name; null when the provider tells none.</param>
/// <param name="Groups">What the provider says they belong to.</param>
public sealed record SsoIdentity(string Issuer, string Subject, string? Email, string? Name, IReadOnlyList<string> Groups)
{
    /// <summary>Who that is among the people of all providers, as records name them: <c>issuer subject</c>.</summary>
    public string FullSubject => $"{Issuer} {Subject}";
}

/// <summary>What a provider's people get here.</summary>
/// <param name="Mapped">True: groups decide the role at every sign-in; false: they do not, and a role that was set here stays.</param>
/// <param name="Role">The role of this person; null when no group has one and there is no default.</param>
/// <param name="Global">True when the person may work in every tenant.</param>
/// <param name="CreateUsers">True: who is not known here yet is made a user.</param>
/// <param name="Tenant">The tenant of those who are made.</param>
public sealed record SsoGrant(bool Mapped, Role? Role, bool Global, bool CreateUsers, TenantId Tenant);

/// <summary>The configured identity providers (OpenID Connect).</summary>
public interface ISsoProviders
{
    /// <summary>All of them.</summary>
    IReadOnlyList<SsoProviderInfo> All { get; }

    /// <summary>Where the browser is sent to sign in.</summary>
    /// <param name="provider">Name of the provider.</param>
    /// <param name="challenge">What ties the answer to this browser.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DomainException"><see cref="SsoErrors.Unknown"/> or <see cref="SsoErrors.Unavailable"/>.</exception>
    Task<Uri> AuthorizeAsync(string provider, SsoChallenge challenge, CancellationToken cancellationToken);

    /// <summary>Redeems the code of an answer and verifies the ID token.</summary>
    /// <param name="provider">Name of the provider.</param>
    /// <param name="code">The code.</param>
    /// <param name="issuer">What the answer says it is from (RFC 9207); null when it does not say.</param>
    /// <param name="challenge">What the browser began with.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DomainException"><see cref="SsoErrors.Unknown"/>, <see cref="SsoErrors.Unavailable"/> or <see cref="SsoErrors.Failed"/>.</exception>
    Task<SsoIdentity> RedeemAsync(string provider, string code, string? issuer, SsoChallenge challenge, CancellationToken cancellationToken);

    /// <summary>What a person gets here.</summary>
    /// <param name="provider">Name of the provider.</param>
    /// <param name="identity">The person.</param>
    SsoGrant GrantOf(string provider, SsoIdentity identity);
}

/// <summary>Which user an identity of a provider is.</summary>
public interface IExternalIdentities
{
    /// <summary>Finds the user.</summary>
    /// <param name="issuer">The provider's identifier.</param>
    /// <param name="subject">The person's.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when the identity was never here.</returns>
    Task<UserId?> FindAsync(string issuer, string subject, CancellationToken cancellationToken);

    /// <summary>Ties an identity to a user, in the transaction of the command.</summary>
    /// <param name="issuer">The provider's identifier.</param>
    /// <param name="subject">The person's.</param>
    /// <param name="userId">The user.</param>
    /// <param name="now">UTC instant.</param>
    void Add(string issuer, string subject, UserId userId, DateTimeOffset now);
}

/// <summary>What single sign-on refuses.</summary>
public static class SsoErrors
{
    /// <summary>No such provider.</summary>
    public static readonly DomainError Unknown = new(ErrorCodes.NotFound, "There is no such identity provider.");

    /// <summary>The provider does not answer, or not in a way that can be used.</summary>
    public static readonly DomainError Unavailable = new(ErrorCodes.IdentityProviderUnavailable, "The identity provider cannot be used at the moment.");

    /// <summary>The answer is not one to believe.</summary>
    public static readonly DomainError Failed = new(ErrorCodes.SsoFailed, "Single sign-on failed.");

    /// <summary>The provider knows the person, and they may not sign in here.</summary>
    public static readonly DomainError NotAllowed = new(ErrorCodes.SsoNotAllowed, "This person may not sign in here.");
}
