using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Tokens;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.Tokens;

/// <summary>One issuer.</summary>
/// <param name="Id">The issuer.</param>
public sealed record GetIssuer(TokenIssuerId Id) : IQuery<IssuerView>;

internal sealed class GetIssuerHandler(ITokenIssuerRepository issuers) : IRequestHandler<GetIssuer, IssuerView>
{
    public async Task<IssuerView> Handle(GetIssuer request, CancellationToken cancellationToken) =>
        IssuerView.Of(await issuers.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(TokenIssuerErrors.NotFound));
}
