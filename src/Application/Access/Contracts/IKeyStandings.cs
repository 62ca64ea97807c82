using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Access.Contracts;

/// <summary>What a key is good for, known by its id.</summary>
/// <param name="Id">The key.</param>
/// <param name="Tenant">Whose key.</param>
/// <param name="Consumer">Which consumer's.</param>
/// <param name="Usable">False while the key is disabled or its consumer suspended, and for ever once it is revoked.</param>
/// <param name="ExpiresAt">UTC instant of its end; null for never.</param>
/// <param name="Scopes">The granted scopes, compiled.</param>
public sealed record KeyStanding(ApiKeyId Id, TenantId Tenant, ConsumerId Consumer, bool Usable, DateTimeOffset? ExpiresAt, ScopeGrant Scopes);

/// <summary>Reads what keys are good for, straight from the database. For those who follow keys without seeing their secrets.</summary>
public interface IKeyStandings
{
    /// <summary>Reads keys of any tenant.</summary>
    /// <param name="ids">Which ones.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Those that exist.</returns>
    Task<IReadOnlyList<KeyStanding>> ReadAsync(IReadOnlyCollection<ApiKeyId> ids, CancellationToken cancellationToken);
}
