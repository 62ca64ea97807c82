using DataHub.Application.Abstractions;
using DataHub.Application.Routing.Contracts;
using DataHub.Domain.Access.Tokens;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.Tokens;

/// <summary>Removes an issuer that no route accepts.</summary>
/// <param name="Id">The issuer.</param>
public sealed record DeleteIssuer(TokenIssuerId Id) : ICommand<Unit>;

internal sealed class DeleteIssuerHandler(ITokenIssuerRepository issuers, IIssuerUsage routes, IChangePublisher changes, WriteContext write)
    : IRequestHandler<DeleteIssuer, Unit>
{
    private const int MaxNamed = 10;

    public async Task<Unit> Handle(DeleteIssuer request, CancellationToken cancellationToken)
    {
        var issuer = await issuers.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(TokenIssuerErrors.NotFound);
        write.EnsureMatches(issuer);
        var users = await routes.WhoUsesAsync(request.Id, cancellationToken);
        if (users.Count > 0)
        {
            var more = users.Count > MaxNamed ? $" and {users.Count - MaxNamed} more" : "";
            throw new DomainException(TokenIssuerErrors.InUse, $"The issuer '{issuer.Name}' is used by {string.Join(", ", users.Take(MaxNamed))}{more}; change them first.");
        }

        issuers.Remove(issuer);
        changes.Publish(ChangeTopics.Configuration);
        return Unit.Value;
    }
}
