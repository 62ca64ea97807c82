using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Tokens;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.Tokens;

/// <summary>Asks an issuer for its keys now, on this node, and tells what came of it.</summary>
/// <param name="Id">The issuer.</param>
public sealed record CheckIssuer(TokenIssuerId Id) : IQuery<IssuerState>;

/// <summary>One public key that this node has of an issuer.</summary>
/// <param name="KeyId">Its <c>kid</c>; null for none.</param>
/// <param name="Kind">Such as <c>RSA-2048</c> or <c>P-256</c>.</param>
public sealed record IssuerKey(string? KeyId, string Kind);

/// <summary>What this node has of an issuer.</summary>
/// <param name="Reachable">True when it answered just now with something that can be used.</param>
/// <param name="Problem">Why not; null when it did.</param>
/// <param name="Keys">The keys that tokens are verified with; empty for introspection.</param>
/// <param name="FetchedAt">UTC instant of the last good answer; null for none yet.</param>
public sealed record IssuerState(bool Reachable, string? Problem, IReadOnlyList<IssuerKey> Keys, DateTimeOffset? FetchedAt);

/// <summary>Looks at issuers as this node sees them.</summary>
public interface IIssuerProbe
{
    /// <summary>Asks an issuer now.</summary>
    /// <param name="id">The issuer.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Null when this node does not use the issuer: it is disabled or just made.</returns>
    Task<IssuerState?> ProbeAsync(TokenIssuerId id, CancellationToken cancellationToken);
}

internal sealed class CheckIssuerHandler(ITokenIssuerRepository issuers, IIssuerProbe probe) : IRequestHandler<CheckIssuer, IssuerState>
{
    public async Task<IssuerState> Handle(CheckIssuer request, CancellationToken cancellationToken)
    {
        _ = await issuers.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(TokenIssuerErrors.NotFound);
        return await probe.ProbeAsync(request.Id, cancellationToken) ?? new IssuerState(false, "The issuer is disabled, so this node does not use it.", [], null);
    }
}
