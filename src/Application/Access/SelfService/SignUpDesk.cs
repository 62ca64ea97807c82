using System.Security.Cryptography;
using System.Text;
using System.Buffers.Text;
using DataHub.Application.Abstractions;
using DataHub.Application.Access.ApiKeys;
using DataHub.Application.Access.Consumers;
using DataHub.Application.Traffic.Contracts;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Access.SelfService;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Application.Access.SelfService;

/// <summary>Makes the consumer and the first key of a registration, and the one-time texts around it.</summary>
internal sealed class SignUpDesk(
    IConsumerRepository consumers, IApiKeyRepository keys, ITierReader tiers, KeyMint mint, IRandomSource random, IIdSource ids, IChangePublisher changes, IEventPublisher events,
    SelfServiceOptions options, WriteContext write, TimeProvider clock)
{
    private const int TextBytes = 24;
    private const int TailLength = 6;

    private static readonly Dictionary<string, string> NoMetadata = [];

    /// <summary>A text of 192 random bits, and the digest that is kept of it.</summary>
    public ClearSecret MakeText(string prefix, out byte[] digest)
    {
        Span<byte> bytes = stackalloc byte[TextBytes];
        random.Fill(bytes);
        var text = prefix + Base64Url.EncodeToString(bytes);
        digest = DigestOf(text);
        return new ClearSecret(text);
    }

    /// <summary>What is kept of such a text: a plain digest is enough for so many random bits.</summary>
    public static byte[] DigestOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    public async Task<IssuedApiKey> IssueAsync(
        Registration registration, IReadOnlyList<string>? scopes, RateLimitTierId? tierId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var segment = registration.Segment;
        var id = new ConsumerId(ids.NewId());
        var name = await NameAsync(registration.Name, id, cancellationToken);
        var tier = tierId ?? await TierAsync(segment, cancellationToken);
        var consumer = Consumer.Create(id, new ConsumerSettings(name, segment, registration.Email, tier, NoMetadata), now);
        consumers.Add(consumer);

        var secret = mint.Mint(KeyEnvironment.Live, out var fingerprint);
        DateTimeOffset? end = segment == ConsumerSegment.Public && options.PublicKeyDays > 0 ? FieldRules.ToMilliseconds(now.AddDays(options.PublicKeyDays)) : null;
        var settings = new ApiKeySettings("first key", scopes ?? options.ScopesOf(segment), null, [], end, NoMetadata);
        var key = ApiKey.Issue(new ApiKeyId(ids.NewId()), id, KeyEnvironment.Live, fingerprint, settings, registration.Id.ToString(), now);
        keys.Add(key);
        registration.Complete(id, now);
        changes.Publish(ChangeTopics.Keys, key.Id.ToString());
        events.Publish(KeyEvents.Created, KeyEventData.Of(key));
        return new IssuedApiKey(key, secret);
    }

    // Whether a name is taken is not for strangers to learn: theirs is made unique instead.
    private async Task<string> NameAsync(string wanted, ConsumerId id, CancellationToken cancellationToken) =>
        await consumers.IsNameTakenAsync(wanted, id, cancellationToken) ? $"{wanted} ({id.ToString()[^TailLength..]})" : wanted;

    private async Task<RateLimitTierId?> TierAsync(ConsumerSegment segment, CancellationToken cancellationToken)
    {
        var name = options.TierOf(segment);
        var tier = (await tiers.ReadAllAsync(cancellationToken)).FirstOrDefault(t => t.Name == name && t.IsFor(write.Tenant));
        return EntityId.TryParse<RateLimitTierId>(tier?.Id, out var id) ? id : null;
    }
}
