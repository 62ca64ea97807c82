using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Tokens;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.Tokens;

/// <summary>Makes an issuer.</summary>
/// <param name="Definition">What is set.</param>
/// <param name="ClientSecret">The client secret; needed for introspection.</param>
public sealed record CreateIssuer(IssuerDefinition Definition, ClearSecret? ClientSecret) : ICommand<TokenIssuer>, IIssuerFields;

internal sealed class CreateIssuerValidator : IssuerFieldsValidator<CreateIssuer>;

internal sealed class CreateIssuerHandler(
    ITokenIssuerRepository issuers, TierReferences tiers, IssuerSecrets secrets, IChangePublisher changes, IIdSource ids, TimeProvider clock)
    : IRequestHandler<CreateIssuer, TokenIssuer>
{
    public async Task<TokenIssuer> Handle(CreateIssuer request, CancellationToken cancellationToken)
    {
        var id = new TokenIssuerId(ids.NewId());
        if (await issuers.IsNameTakenAsync(request.Definition.Name, id, cancellationToken))
        {
            throw new DomainException(TokenIssuerErrors.NameTaken, $"Another issuer is named '{request.Definition.Name}' already.", "/name");
        }

        await tiers.EnsureExistsAsync(request.Definition.TierId, cancellationToken);
        var issuer = TokenIssuer.Create(id, request.Definition, secrets.Seal(id, request.ClientSecret), clock.GetUtcNow());
        issuers.Add(issuer);
        changes.Publish(ChangeTopics.Configuration);
        return issuer;
    }
}
