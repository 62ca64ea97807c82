using DataHub.Application.Abstractions;
using DataHub.Application.Observability.Contracts;
using MediatR;

namespace DataHub.Application.Access.Sessions;

/// <summary>Puts a new signing key in the place of the ones there are, at once.</summary>
/// <param name="RevokeOld">True: access tokens under the old keys are refused from now on, on every node. False: they are good until they end.</param>
public sealed record RotateSigningKeys(bool RevokeOld) : ICommand<SigningKeyRotation>;

/// <summary>A key that signs no more.</summary>
/// <param name="KeyId">Its id, the <c>kid</c> of tokens.</param>
/// <param name="VerifiesUntil">UTC instant until which its tokens can be good; null: they are refused from now on.</param>
public sealed record ReplacedSigningKey(string KeyId, DateTimeOffset? VerifiesUntil);

/// <summary>What became of the signing keys.</summary>
/// <param name="KeyId">The key that signs now.</param>
/// <param name="SignsUntil">UTC instant at which its successor follows by schedule.</param>
/// <param name="Replaced">The keys before it.</param>
public sealed record SigningKeyRotation(string KeyId, DateTimeOffset SignsUntil, IReadOnlyList<ReplacedSigningKey> Replaced);

/// <summary>The signing keys of access tokens, inside the transaction of a command.</summary>
public interface ISigningKeys
{
    /// <summary>Makes a new key that signs from now on.</summary>
    /// <param name="revokeOld">True: the keys before it verify nothing any more.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<SigningKeyRotation> ReplaceAsync(bool revokeOld, CancellationToken cancellationToken);
}

internal sealed class RotateSigningKeysHandler(ISigningKeys keys, IChangePublisher changes, IAuditTrail audit) : IRequestHandler<RotateSigningKeys, SigningKeyRotation>
{
    public async Task<SigningKeyRotation> Handle(RotateSigningKeys request, CancellationToken cancellationToken)
    {
        var rotation = await keys.ReplaceAsync(request.RevokeOld, cancellationToken);
        changes.Publish(ChangeTopics.SigningKeys);
        audit.Note("signing-keys.rotate", "signing-key", rotation.KeyId, new { request.RevokeOld, Replaced = rotation.Replaced.Select(k => k.KeyId).ToList() });
        return rotation;
    }
}
