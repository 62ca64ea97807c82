using DataHub.Application.Abstractions;
using DataHub.Application.Access.ApiKeys;
using DataHub.Application.Access.Consumers;
using DataHub.Application.Traffic.Contracts;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.SelfService;

/// <summary>What the holder of a key may know of itself.</summary>
public sealed record GetSelfProfile : IQuery<SelfProfile>;

/// <summary>The holder of a key.</summary>
/// <param name="Consumer">Who holds it.</param>
/// <param name="Key">The key that was presented.</param>
/// <param name="Tier">What it may do a minute, an hour and so on; null when that is not limited.</param>
/// <param name="Usage">What it has done.</param>
public sealed record SelfProfile(SelfConsumer Consumer, SelfKey Key, SelfTier? Tier, KeyTotals Usage);

/// <summary>The consumer, as itself sees it.</summary>
/// <param name="Id">The printed id.</param>
/// <param name="Name">The name.</param>
/// <param name="Segment">Where it stands towards the operator.</param>
/// <param name="Owner">Whom the operator writes to.</param>
public sealed record SelfConsumer(string Id, string Name, ConsumerSegment Segment, string? Owner);

/// <summary>A key, as its holder sees it.</summary>
/// <param name="Id">The printed id.</param>
/// <param name="Name">The name.</param>
/// <param name="Current">True for the key of this request.</param>
/// <param name="Status">What it is good for now.</param>
/// <param name="Environment">What it may be used for.</param>
/// <param name="Scopes">Granted scopes.</param>
/// <param name="ApiPermissions">Scopes on single APIs.</param>
/// <param name="AllowedIps">Networks it may be used from.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="ExpiresAt">UTC; null for never.</param>
/// <param name="LastUsedAt">UTC, some seconds behind.</param>
/// <param name="Secrets">Its secrets, oldest first.</param>
public sealed record SelfKey(
    string Id, string Name, bool Current, KeyStatus Status, KeyEnvironment Environment, IReadOnlyList<string> Scopes, IReadOnlyList<ApiPermissionFields> ApiPermissions,
    IReadOnlyList<string> AllowedIps, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt, IReadOnlyList<ApiKeySecretDocument> Secrets);

/// <summary>The limits of a holder.</summary>
/// <param name="Name">The tier.</param>
/// <param name="Limits">Its limits.</param>
public sealed record SelfTier(string Name, IReadOnlyList<LimitDocument> Limits);

/// <summary>What a key has done, some minutes behind.</summary>
/// <param name="Requests">Requests of the last 24 hours.</param>
/// <param name="Limited">Of those, refused by a limit.</param>
/// <param name="Refused">Of those, refused for the key, its scopes or its address.</param>
public sealed record KeyTotals(long Requests, long Limited, long Refused);

/// <summary>Reads the totals of a key.</summary>
public interface IKeyTotals
{
    /// <summary>The last 24 hours.</summary>
    /// <param name="id">The key.</param>
    /// <param name="now">UTC instant.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<KeyTotals> ReadAsync(ApiKeyId id, DateTimeOffset now, CancellationToken cancellationToken);
}

/// <summary>The keys of the holder's consumer.</summary>
public sealed record ListOwnKeys : IQuery<IReadOnlyList<SelfKey>>;

/// <summary>Rotates the key of the request.</summary>
/// <param name="GraceSeconds">Seconds that the earlier secrets are still accepted.</param>
/// <param name="Reason">Why; null for no reason.</param>
public sealed record RotateOwnKey(int GraceSeconds, string? Reason) : ICommand<IssuedApiKey>;

/// <summary>Ends a key of the holder's consumer for ever.</summary>
/// <param name="Id">The key.</param>
public sealed record RevokeOwnKey(ApiKeyId Id) : ICommand<ApiKey>;

/// <summary>Finds the key that the request came with.</summary>
internal sealed class OwnKey(IApiKeyRepository keys, WriteContext write)
{
    public ApiKeyId Id => write.Actor.Kind == ActorKind.ApiKey && EntityId.TryParse<ApiKeyId>(write.Actor.Id, out var id) ? id : default;

    /// <summary>Refuses who holds a secret that was replaced: it may have been because that secret had leaked.</summary>
    public void EnsureNewestSecret()
    {
        if (write.Actor.BySecretReplaced)
        {
            throw new DomainException(new DomainError(ErrorCodes.InsufficientPermission, "This secret was replaced by a rotation; use the newest secret of the key."));
        }
    }

    public async Task<ApiKey> FindAsync(CancellationToken cancellationToken) =>
        await keys.FindAsync(Id, cancellationToken) ?? throw new DomainException(ApiKeyErrors.NotFound);

    public async Task<IReadOnlyList<ApiKey>> FindSiblingsAsync(CancellationToken cancellationToken) =>
        [.. (await keys.FindOfConsumerAsync((await FindAsync(cancellationToken)).ConsumerId, cancellationToken)).Where(k => k.Environment != KeyEnvironment.Admin)];

    public SelfKey Show(ApiKey key, DateTimeOffset now, KeyInsight? insight)
    {
        var document = ApiKeyDocument.From(key, now, insight);
        return new SelfKey(
            document.Id, document.Name, key.Id == Id, document.Status, document.Environment, document.Scopes, document.ApiPermissions, document.AllowedIps,
            document.CreatedAt, document.ExpiresAt, document.LastUsedAt, document.Secrets);
    }
}

internal sealed class GetSelfProfileHandler(
    OwnKey own, IConsumerRepository consumers, IKeyInsights insights, IKeyTotals totals, ITierReader tiers, TimeProvider clock) : IRequestHandler<GetSelfProfile, SelfProfile>
{
    public async Task<SelfProfile> Handle(GetSelfProfile request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var key = await own.FindAsync(cancellationToken);
        var consumer = await consumers.FindAsync(key.ConsumerId, cancellationToken) ?? throw new DomainException(ConsumerErrors.NotFound);
        var wanted = (key.TierId ?? consumer.TierId)?.ToString();
        var tier = (await tiers.ReadAllAsync(cancellationToken)).FirstOrDefault(t => wanted is null ? t.IsDefault : t.Id == wanted);
        var insight = (await insights.ReadAsync([key.Id], cancellationToken)).GetValueOrDefault(key.Id);
        return new SelfProfile(
            new SelfConsumer(consumer.Id.ToString(), consumer.Name, consumer.Segment, consumer.Owner),
            own.Show(key, now, insight),
            tier is null ? null : new SelfTier(tier.Name, tier.Limits),
            await totals.ReadAsync(key.Id, now, cancellationToken));
    }
}

internal sealed class ListOwnKeysHandler(OwnKey own, IKeyInsights insights, TimeProvider clock) : IRequestHandler<ListOwnKeys, IReadOnlyList<SelfKey>>
{
    public async Task<IReadOnlyList<SelfKey>> Handle(ListOwnKeys request, CancellationToken cancellationToken)
    {
        var keys = await own.FindSiblingsAsync(cancellationToken);
        var known = await insights.ReadAsync([.. keys.Select(k => k.Id)], cancellationToken);
        return [.. keys.OrderBy(k => k.CreatedAt).Select(k => own.Show(k, clock.GetUtcNow(), known.GetValueOrDefault(k.Id)))];
    }
}

internal sealed class RotateOwnKeyHandler(OwnKey own, IMediator mediator) : IRequestHandler<RotateOwnKey, IssuedApiKey>
{
    public Task<IssuedApiKey> Handle(RotateOwnKey request, CancellationToken cancellationToken)
    {
        own.EnsureNewestSecret();
        return mediator.Send(new RotateApiKey(own.Id, request.GraceSeconds, request.Reason), cancellationToken);
    }
}

internal sealed class RevokeOwnKeyHandler(OwnKey own, IMediator mediator) : IRequestHandler<RevokeOwnKey, ApiKey>
{
    public async Task<ApiKey> Handle(RevokeOwnKey request, CancellationToken cancellationToken)
    {
        own.EnsureNewestSecret();
        return (await own.FindSiblingsAsync(cancellationToken)).Any(k => k.Id == request.Id)
            ? await mediator.Send(new RevokeApiKey(request.Id, "revoked by its holder"), cancellationToken)
            : throw new DomainException(ApiKeyErrors.NotFound);
    }
}
