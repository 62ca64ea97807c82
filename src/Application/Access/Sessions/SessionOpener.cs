using DataHub.Application.Abstractions;
using DataHub.Application.Access.SignIn;
using DataHub.Application.Observability.Contracts;
using DataHub.Domain.Access.Sessions;
using Microsoft.Extensions.Options;

namespace DataHub.Application.Access.Sessions;

/// <summary>What a person gets who has signed in or refreshed.</summary>
/// <param name="Session">The session.</param>
/// <param name="Person">The person.</param>
/// <param name="Access">The access token.</param>
/// <param name="Refresh">The only copy of the refresh token.</param>
public sealed record SessionTokens(Session Session, SignInPerson Person, AccessToken Access, RefreshSecret Refresh);

/// <summary>Opens the session of a person whose sign-in was found good, inside a transaction.</summary>
internal sealed class SessionOpener(
    ISessionRepository sessions,
    ISignInPeople people,
    IAccessTokens tokens,
    IAuditTrail audit,
    WriteContext write,
    IRandomSource random,
    IIdSource ids,
    TimeProvider clock,
    IOptions<SessionsOptions> options)
{
    public async Task<SessionTokens> OpenAsync(SignInPerson person, string method, SessionClient client, CancellationToken cancellationToken)
    {
        (write.Actor, write.Tenant) = (person.ToActor(), person.Tenant);
        var session = Session.Open(new SessionId(ids.NewId()), person.Id, method, client, options.Value.Lifetimes, clock.GetUtcNow());
        var refresh = NewRefresh(random);
        sessions.Add(session);
        sessions.AddRefresh(session, refresh.Digest());
        await people.NoteSignInAsync(person.Id, session.CreatedAt, cancellationToken);
        audit.Note("session.sign-in", "session", session.Id.ToString(), new { method });
        return new SessionTokens(session, person, await tokens.IssueAsync(person.Id, session.Id, cancellationToken), refresh);
    }

    public static RefreshSecret NewRefresh(IRandomSource random)
    {
        Span<byte> entropy = stackalloc byte[RefreshSecret.EntropyLength];
        random.Fill(entropy);
        return RefreshSecret.From(entropy);
    }
}
