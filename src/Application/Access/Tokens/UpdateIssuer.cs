using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Tokens;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.Tokens;

/// <summary>Replaces all that can be changed of an issuer. Tokens that were verified before are verified again.</summary>
/// <param name="Id">The issuer.</param>
/// <param name="Definition">The new state.</param>
/// <param name="ClientSecret">A new client secret; null keeps the one that is stored, as long as URL and client id stay the same.</param>
public sealed record UpdateIssuer(TokenIssuerId Id, IssuerDefinition Definition, ClearSecret? ClientSecret) : ICommand<TokenIssuer>, IIssuerFields;

internal sealed class UpdateIssuerValidator : IssuerFieldsValidator<UpdateIssuer>;

internal sealed class UpdateIssuerHandler(
    ITokenIssuerRepository issuers, TierReferences tiers, IssuerSecrets secrets, IChangePublisher changes, WriteContext write, TimeProvider clock)
    : IRequestHandler<UpdateIssuer, TokenIssuer>
{
    public async Task<TokenIssuer> Handle(UpdateIssuer request, CancellationToken cancellationToken)
    {
        var issuer = await issuers.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(TokenIssuerErrors.NotFound);
        write.EnsureMatches(issuer);
        if (await issuers.IsNameTakenAsync(request.Definition.Name, request.Id, cancellationToken))
        {
            throw new DomainException(TokenIssuerErrors.NameTaken, $"Another issuer is named '{request.Definition.Name}' already.", "/name");
        }

        await tiers.EnsureExistsAsync(request.Definition.TierId, cancellationToken);
        issuer.Replace(request.Definition, secrets.Seal(request.Id, request.ClientSecret), clock.GetUtcNow());
        changes.Publish(ChangeTopics.Configuration);
        return issuer;
    }
}
