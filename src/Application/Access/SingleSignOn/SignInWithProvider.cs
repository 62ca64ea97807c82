using DataHub.Application.Abstractions;
using DataHub.Application.Access.Sessions;
using DataHub.Application.Observability.Contracts;
using DataHub.Domain.Access.Sessions;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.SingleSignOn;

/// <summary>Signs a person in whom an identity provider has sent back.</summary>
/// <param name="Provider">Name of the provider.</param>
/// <param name="Code">The code of its answer.</param>
/// <param name="Issuer">What the answer says it is from; null when it does not say.</param>
/// <param name="Challenge">What the browser began with.</param>
/// <param name="Client">From where.</param>
public sealed record SignInWithProvider(string Provider, ClearSecret Code, string? Issuer, SsoChallenge Challenge, SessionClient Client) : IRequest<SessionTokens>
{
    /// <summary>The method of the sessions that people of a provider open.</summary>
    /// <param name="provider">Name of the provider.</param>
    public static string MethodOf(string provider) => "sso:" + provider;
}

internal sealed class SignInWithProviderHandler(
    ISsoProviders providers, IMediator mediator, SessionOpener opener, ITransactionRunner transactions, IAuditTrail audit) : IRequestHandler<SignInWithProvider, SessionTokens>
{
    public async Task<SessionTokens> Handle(SignInWithProvider request, CancellationToken cancellationToken)
    {
        SsoIdentity? identity = null;
        try
        {
            // Before the transaction: the provider may be slow.
            identity = await providers.RedeemAsync(request.Provider, request.Code.Reveal(), request.Issuer, request.Challenge, cancellationToken);
            return await transactions.RunAsync(() => OpenAsync(request, identity, cancellationToken), dryRun: false, cancellationToken);
        }
        catch (DomainException e) when (e.Error == SsoErrors.Failed || e.Error == SsoErrors.NotAllowed)
        {
            await audit.RecordAsync(
                new AuditNote("session.sign-in", "user", null, e.Error == SsoErrors.Failed ? AuditResult.Failure : AuditResult.Denied)
                {
                    Actor = Actor.Anonymous with { Subject = identity?.FullSubject },
                    Code = e.Error.Code,
                    Details = new { method = SignInWithProvider.MethodOf(request.Provider), subject = identity?.Subject, reason = e.Message },
                },
                CancellationToken.None);
            throw;
        }
    }

    private async Task<SessionTokens> OpenAsync(SignInWithProvider request, SsoIdentity identity, CancellationToken cancellationToken)
    {
        var person = await mediator.Send(new AdmitIdentity(request.Provider, identity), cancellationToken);
        return await opener.OpenAsync(person, SignInWithProvider.MethodOf(request.Provider), request.Client, cancellationToken);
    }
}
