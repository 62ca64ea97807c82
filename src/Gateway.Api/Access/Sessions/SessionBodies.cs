using DataHub.Application.Access.Sessions;
using DataHub.Application.Access.SignIn;
using DataHub.Domain.Access.Users;

namespace DataHub.Gateway.Api.Access.Sessions;

/// <summary>What signing in takes.</summary>
/// <param name="Email">The mail address of the person.</param>
/// <param name="Password">Their password.</param>
/// <param name="Code">The code that the authenticator app shows, where a second factor is on.</param>
/// <param name="RecoveryCode">A recovery code in its place.</param>
/// <param name="Cookies">True, for pages of the console: the tokens are set as cookies and do not stand in the answer.</param>
internal sealed record LoginBody(string Email, string Password, string? Code = null, string? RecoveryCode = null, bool Cookies = false)
{
    /// <summary>Without secrets, so that nothing that prints a body prints them.</summary>
    public override string ToString() => $"LoginBody {{ Cookies = {Cookies} }}";
}

/// <summary>What refreshing and signing out take.</summary>
/// <param name="RefreshToken">The newest refresh token; left out when it is in a cookie.</param>
internal sealed record RefreshBody(string? RefreshToken = null)
{
    /// <summary>Said of the endpoints that take it, since it is not bound: their matcher would ask for a Content-Type.</summary>
    public const string Description = "Takes an optional body {\"refreshToken\": \"…\"}; left out when the token is in a cookie.";

    /// <summary>Without the token.</summary>
    public override string ToString() => "RefreshBody";
}

/// <summary>A person who is signed in.</summary>
/// <param name="Id">Printed id.</param>
/// <param name="Email">Mail address.</param>
/// <param name="Name">Name.</param>
/// <param name="Role">Role.</param>
/// <param name="SecondFactor">True when a second factor is on.</param>
internal sealed record PersonDocument(string Id, string Email, string Name, Role Role, bool SecondFactor)
{
    /// <summary>Shows a person.</summary>
    /// <param name="person">The person.</param>
    public static PersonDocument From(SignInPerson person) => new(person.Id.ToString(), person.Email, person.Name, person.Role, person.SecondFactor);
}

/// <summary>The tokens of a session.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="TokenType"><c>Bearer</c>; null when the tokens are cookies.</param>
/// <param name="AccessToken">Sent with every request as <c>Authorization: Bearer</c>; null when it is a cookie.</param>
/// <param name="AccessExpiresAt">When it has to be refreshed.</param>
/// <param name="RefreshToken">Good once, for the next tokens; null when it is a cookie.</param>
/// <param name="RefreshExpiresAt">When the person has to sign in again unless it is used.</param>
/// <param name="User">The person.</param>
internal sealed record TokensDocument(
    string SessionId, string? TokenType, string? AccessToken, DateTimeOffset AccessExpiresAt, string? RefreshToken, DateTimeOffset RefreshExpiresAt, PersonDocument User)
{
    /// <summary>Shows tokens.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="byCookie">True to leave them out.</param>
    public static TokensDocument From(SessionTokens tokens, bool byCookie) => new(
        tokens.Session.Id.ToString(),
        byCookie ? null : "Bearer",
        byCookie ? null : tokens.Access.Token.Reveal(),
        tokens.Access.ExpiresAt,
        byCookie ? null : tokens.Refresh.Reveal(),
        tokens.Session.RefreshExpiresAt,
        PersonDocument.From(tokens.Person));

    /// <summary>Without the tokens.</summary>
    public override string ToString() => $"TokensDocument {{ SessionId = {SessionId} }}";
}

/// <summary>Who calls.</summary>
/// <param name="Kind"><c>user</c> or <c>admin-key</c>.</param>
/// <param name="Id">Printed id of the user or key.</param>
/// <param name="TenantId">The tenant it works in.</param>
/// <param name="Global">True when it may work in every tenant.</param>
/// <param name="Permissions">What it may do.</param>
/// <param name="User">The person; null for a key.</param>
/// <param name="SessionId">The session; null for a key.</param>
internal sealed record MeDocument(string Kind, string Id, string TenantId, bool Global, IReadOnlyList<string> Permissions, PersonDocument? User, string? SessionId);
