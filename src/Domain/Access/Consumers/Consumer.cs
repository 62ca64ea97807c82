using DataHub.Domain.Access.Metadata;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Domain.Access.Consumers;

/// <summary>Where a consumer stands towards the operator of the gateway.</summary>
public enum ConsumerSegment
{
    /// <summary>Services of the operator's own.</summary>
    Internal,

    /// <summary>Companies under a contract.</summary>
    Partner,

    /// <summary>Everybody else.</summary>
    Public,

    /// <summary>Those who administer the gateway; only they hold admin keys.</summary>
    Admin,
}

/// <summary>What can be changed of a consumer.</summary>
/// <param name="Name">Unique; 1 to <see cref="Consumer.MaxNameLength"/> characters.</param>
/// <param name="Segment">Where it stands.</param>
/// <param name="Owner">Whom to write to, at most <see cref="Consumer.MaxOwnerLength"/> characters; null for nobody.</param>
/// <param name="TierId">The tier of its keys that name none; null for the default tier.</param>
/// <param name="Metadata">Free pairs, in the bounds of <see cref="MetadataRules"/>.</param>
public sealed record ConsumerSettings(
    string Name, ConsumerSegment Segment, string? Owner, RateLimitTierId? TierId, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>The user whose consumer it is, who may manage it and its keys; null for nobody but administrators.</summary>
    public UserId? OwnerUserId { get; init; }
}

/// <summary>Whoever calls through the gateway: a service, a partner, a person. Holds keys; suspending it stops them all.</summary>
public sealed class Consumer : AggregateRoot<ConsumerId>, ITenantOwned
{
    /// <summary>Most characters of a name.</summary>
    public const int MaxNameLength = 100;

    /// <summary>Most characters of the owner.</summary>
    public const int MaxOwnerLength = 200;

    /// <summary>Most characters of a reason.</summary>
    public const int MaxReasonLength = 200;

    private Consumer(ConsumerId id, DateTimeOffset now) : base(id, now) => Name = "";

    private Consumer() => Name = "";

    /// <inheritdoc/>
    public TenantId TenantId { get; private set; }

    /// <summary>The unique name, for people.</summary>
    public string Name { get; private set; }

    /// <summary>Where it stands towards the operator.</summary>
    public ConsumerSegment Segment { get; private set; }

    /// <summary>Whom to write to; null for nobody.</summary>
    public string? Owner { get; private set; }

    /// <summary>The user whose consumer it is; null for nobody but administrators.</summary>
    public UserId? OwnerUserId { get; private set; }

    /// <summary>The tier of its keys that name none; null for the default tier.</summary>
    public RateLimitTierId? TierId { get; private set; }

    /// <summary>Free pairs.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; private set; } = new Dictionary<string, string>();

    /// <summary>UTC instant of the suspension; null while it may call.</summary>
    public DateTimeOffset? SuspendedAt { get; private set; }

    /// <summary>Why it is suspended; null for no reason given.</summary>
    public string? SuspendedReason { get; private set; }

    /// <summary>Creates a consumer.</summary>
    /// <param name="id">The id, for ever.</param>
    /// <param name="settings">What can be changed later.</param>
    /// <param name="now">UTC instant of the request.</param>
    /// <exception cref="DomainException"><see cref="ConsumerErrors.Invalid"/>.</exception>
    public static Consumer Create(ConsumerId id, ConsumerSettings settings, DateTimeOffset now)
    {
        var consumer = new Consumer(id, now);
        consumer.Apply(settings);
        return consumer;
    }

    /// <summary>Replaces what can be changed.</summary>
    /// <param name="settings">All of it.</param>
    /// <param name="now">UTC instant of the request.</param>
    /// <exception cref="DomainException"><see cref="ConsumerErrors.Invalid"/>; nothing was changed.</exception>
    public void Update(ConsumerSettings settings, DateTimeOffset now)
    {
        Apply(settings);
        Touch(now);
    }

    /// <summary>Stops all its keys until <see cref="Resume"/>; a suspended consumer takes the new reason.</summary>
    /// <param name="reason">Why, at most <see cref="MaxReasonLength"/> characters; null for no reason.</param>
    /// <param name="now">UTC instant of the request.</param>
    public void Suspend(string? reason, DateTimeOffset now)
    {
        (SuspendedAt, SuspendedReason) = (SuspendedAt ?? now, reason);
        Touch(now);
    }

    /// <summary>Lets it call again; not suspended is fine.</summary>
    /// <param name="now">UTC instant of the request.</param>
    public void Resume(DateTimeOffset now)
    {
        if (SuspendedAt is not null)
        {
            (SuspendedAt, SuspendedReason) = (null, null);
            Touch(now);
        }
    }

    private void Apply(ConsumerSettings settings)
    {
        Require(settings.Name.Length is > 0 and <= MaxNameLength, $"The name has 1 to {MaxNameLength} characters.", "/name");
        Require(settings.Owner is null or { Length: <= MaxOwnerLength }, $"The owner has at most {MaxOwnerLength} characters.", "/owner");
        Require(MetadataRules.Violation(settings.Metadata) is null, "The metadata is not valid.", "/metadata");
        Name = settings.Name;
        Segment = settings.Segment;
        Owner = settings.Owner;
        OwnerUserId = settings.OwnerUserId;
        TierId = settings.TierId;
        Metadata = settings.Metadata;
    }

    private static void Require(bool holds, string detail, string pointer)
    {
        if (!holds)
        {
            throw new DomainException(ConsumerErrors.Invalid, detail, pointer);
        }
    }
}
