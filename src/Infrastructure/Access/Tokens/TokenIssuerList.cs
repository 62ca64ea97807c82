using DataHub.Application.Abstractions;
using DataHub.Application.Access.Tokens;
using DataHub.Domain.Access.Tokens;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace DataHub.Infrastructure.Access.Tokens;

internal sealed class TokenIssuerList(DataHubDbContext context) : ITokenIssuerList
{
    private static readonly Dictionary<string, SortField> Sorts = new()
    {
        ["createdAt"] = new("t.created_at", "timestamptz"),
        ["name"] = new("t.name COLLATE \"C\"", "text"),
    };

    public async Task<Page<IssuerView>> ListAsync(IssuerFilter filter, ListRequest list, CancellationToken cancellationToken)
    {
        var query = new KeysetSql("access.token_issuers t", Sorts)
            .Where("(t.definition ->> 'enabled')::boolean = {0}", filter.Enabled)
            .Search("t.name", list.Search);
        var page = await query.ReadAsync(context, list, LoadAsync, issuer => issuer.Id.Value, cancellationToken);
        return new Page<IssuerView>([.. page.Items.Select(IssuerView.Of)], page.NextCursor);

        Task<List<TokenIssuer>> LoadAsync(List<Guid> ids)
        {
            var wanted = ids.ConvertAll(id => new TokenIssuerId(id));
            return context.Set<TokenIssuer>().AsNoTracking().Where(issuer => wanted.Contains(issuer.Id)).ToListAsync(cancellationToken);
        }
    }
}
