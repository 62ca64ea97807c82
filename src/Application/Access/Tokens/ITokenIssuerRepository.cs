using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Tokens;

namespace DataHub.Application.Access.Tokens;

/// <summary>Keeps issuers. Changes are saved by the transaction of the command.</summary>
public interface ITokenIssuerRepository
{
    /// <summary>Loads an issuer for change.</summary>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when it does not exist.</returns>
    Task<TokenIssuer?> FindAsync(TokenIssuerId id, CancellationToken cancellationToken);

    /// <summary>Whether another issuer has a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="except">The issuer that may have it.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<bool> IsNameTakenAsync(string name, TokenIssuerId except, CancellationToken cancellationToken);

    /// <summary>Adds an issuer.</summary>
    /// <param name="issuer">The new issuer.</param>
    void Add(TokenIssuer issuer);

    /// <summary>Removes an issuer that no route accepts.</summary>
    /// <param name="issuer">A loaded issuer.</param>
    void Remove(TokenIssuer issuer);
}

/// <summary>What a list of issuers is narrowed to; null members do not narrow.</summary>
/// <param name="Enabled">Whether their tokens are accepted.</param>
public sealed record IssuerFilter(bool? Enabled);

/// <summary>Reads pages of issuers.</summary>
public interface ITokenIssuerList
{
    /// <summary>Fields that the list can be sorted by.</summary>
    static readonly string[] Sorts = ["createdAt", "name"];

    /// <summary>One page.</summary>
    /// <param name="filter">What it is narrowed to.</param>
    /// <param name="list">Page and order.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<Page<IssuerView>> ListAsync(IssuerFilter filter, ListRequest list, CancellationToken cancellationToken);
}
