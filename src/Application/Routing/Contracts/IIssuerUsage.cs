using DataHub.Domain.Access.Tokens;

namespace DataHub.Application.Routing.Contracts;

/// <summary>Tells which routes accept tokens of an issuer, so that one in use is not deleted.</summary>
public interface IIssuerUsage
{
    /// <summary>
    /// The users of an issuer. Call it inside the command's transaction: it takes the lock of the configuration first, so that no route
    /// can begin to accept its tokens before the commit.
    /// </summary>
    /// <param name="issuerId">The issuer.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>One phrase a user, such as <c>route 'orders' of API 'shop'</c>; empty for none.</returns>
    Task<IReadOnlyList<string>> WhoUsesAsync(TokenIssuerId issuerId, CancellationToken cancellationToken);
}
