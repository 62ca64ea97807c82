using DataHub.Application.Access.Contracts;
using DataHub.Application.Access.Tokens;
using DataHub.Domain.Access.Tokens;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace DataHub.Infrastructure.Access.Tokens;

internal sealed class TokenIssuerRepository(DataHubDbContext context) : ITokenIssuerRepository, IIssuerReader
{
    public Task<TokenIssuer?> FindAsync(TokenIssuerId id, CancellationToken cancellationToken) =>
        context.Set<TokenIssuer>().FirstOrDefaultAsync(i => i.Id == id, cancellationToken);

    public Task<bool> IsNameTakenAsync(string name, TokenIssuerId except, CancellationToken cancellationToken) =>
        context.Set<TokenIssuer>().AnyAsync(i => i.Name == name && i.Id != except, cancellationToken);

    public void Add(TokenIssuer issuer) => context.Add(issuer);

    public void Remove(TokenIssuer issuer) => context.Remove(issuer);

    public async Task<IReadOnlyList<IssuerDocument>> ReadAllAsync(CancellationToken cancellationToken)
    {
        await context.Set<TokenIssuer>().IgnoreQueryFilters().LoadAsync(cancellationToken);
        return [.. context.Set<TokenIssuer>().Local.OrderBy(i => i.Id.Value).Select(i => new IssuerDocument(i.Id, i.Definition, i.ClientSecret) { TenantId = i.TenantId })];
    }
}
