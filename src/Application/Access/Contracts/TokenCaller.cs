using DataHub.Domain.Access.Tokens;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Application.Access.Contracts;

/// <summary>What the request path knows of a verified token. Immutable; shared by all requests with the same token.</summary>
public sealed class TokenCaller
{
    /// <summary>Whose token it is.</summary>
    public required TokenIssuerId IssuerId { get; init; }

    /// <summary>The printed issuer id.</summary>
    public required string IssuerIdText { get; init; }

    /// <summary>The tenant of the caller: the one that the token names where its issuer says so, else the issuer's.</summary>
    public required TenantId TenantId { get; init; }

    /// <summary>Whom the token stands for: <c>sub</c>, else <c>client_id</c> or <c>azp</c>; empty for nobody.</summary>
    public required string Subject { get; init; }

    /// <summary>The consumer that the token names; null for none.</summary>
    public required ConsumerRecord? Consumer { get; init; }

    /// <summary>True when the issuer demands a consumer and the token names none.</summary>
    public required bool ConsumerMissing { get; init; }

    /// <summary>Scopes from the claims and from roles, compiled. Wildcards come from roles only.</summary>
    public required ScopeGrant Scopes { get; init; }

    /// <summary>All claims.</summary>
    public required TokenClaims Claims { get; init; }

    /// <summary>Headers for the upstream, values encoded already.</summary>
    public required KeyValuePair<string, string>[] Headers { get; init; }

    /// <summary>Whom limits count: the consumer's id, else an id made of issuer and subject.</summary>
    public required Guid LimitSubject { get; init; }

    /// <summary>Tier of the consumer, else of the issuer; null for the default tier.</summary>
    public required RateLimitTierId? TierId { get; init; }

    /// <summary>UTC instant from which the token is refused: <c>exp</c> and the clock skew.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}
