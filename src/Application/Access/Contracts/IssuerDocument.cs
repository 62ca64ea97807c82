using DataHub.Domain.Access.Tokens;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Access.Contracts;

/// <summary>An issuer as the gateway snapshot carries it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Definition">Its state.</param>
/// <param name="ClientSecret">The sealed client secret; null for none.</param>
public sealed record IssuerDocument(TokenIssuerId Id, IssuerDefinition Definition, byte[]? ClientSecret)
{
    /// <summary>The tenant that it belongs to.</summary>
    public TenantId TenantId { get; init; } = TenantId.Default;
}

/// <summary>Reads all issuers for the gateway snapshot.</summary>
public interface IIssuerReader
{
    /// <summary>All issuers by id, with what this transaction has changed so far.</summary>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<IReadOnlyList<IssuerDocument>> ReadAllAsync(CancellationToken cancellationToken);
}

/// <summary>What other modules may know of issuers.</summary>
public static class IssuerHeaders
{
    /// <summary>The headers that issuers fill from claims, each once: copies that callers send are taken off.</summary>
    /// <param name="issuers">The issuers, enabled or not.</param>
    public static string[] Of(IEnumerable<IssuerDocument> issuers) =>
        [.. issuers.SelectMany(i => i.Definition.Headers ?? []).Select(h => h.Header).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase)];
}
