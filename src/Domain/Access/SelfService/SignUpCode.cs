using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Access.Scopes;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Domain.Access.SelfService;

/// <summary>What a code grants to whoever signs up with it.</summary>
/// <param name="Segment">The segment of the new consumer; not <see cref="ConsumerSegment.Admin"/>.</param>
/// <param name="Scopes">The scopes of its key; null for those that the settings name for the segment.</param>
/// <param name="TierId">The tier of the consumer; null for the one that the settings name for the segment.</param>
/// <param name="MaxUses">How many may sign up with it: 1 to <see cref="SignUpCode.MaxMaxUses"/>.</param>
/// <param name="ExpiresAt">UTC instant from which it is refused; null for never.</param>
/// <param name="Note">For people, at most <see cref="SignUpCode.MaxNoteLength"/> characters; null for none.</param>
public sealed record SignUpGrant(
    ConsumerSegment Segment, IReadOnlyList<string>? Scopes, RateLimitTierId? TierId, int MaxUses, DateTimeOffset? ExpiresAt, string? Note);

/// <summary>An invitation code for the sign-up of consumers. Only its digest is kept.</summary>
public sealed class SignUpCode : AggregateRoot<SignUpCodeId>, ITenantOwned
{
    /// <summary>Most sign-ups with one code.</summary>
    public const int MaxMaxUses = 10_000;

    /// <summary>Most characters of the note.</summary>
    public const int MaxNoteLength = 200;

    private string[]? _scopes;

    private SignUpCode(SignUpCodeId id, byte[] digest, string last4, SignUpGrant grant, DateTimeOffset now) : base(id, now)
    {
        (Digest, Last4, Segment, TierId, MaxUses, ExpiresAt, Note) = (digest, last4, grant.Segment, grant.TierId, grant.MaxUses, grant.ExpiresAt, grant.Note);
        _scopes = grant.Scopes is null ? null : [.. grant.Scopes];
    }

    private SignUpCode() => (Digest, Last4) = ([], "");

    /// <inheritdoc/>
    public TenantId TenantId { get; private set; }

    /// <summary>SHA-256 of the code, which has more than 128 random bits.</summary>
    [Masked]
    public byte[] Digest { get; private set; }

    /// <summary>The readable end.</summary>
    public string Last4 { get; private set; }

    /// <summary>The segment of the new consumer.</summary>
    public ConsumerSegment Segment { get; private set; }

    /// <summary>The scopes of its key; null for those of the settings.</summary>
    public IReadOnlyList<string>? Scopes => _scopes;

    /// <summary>The tier of the consumer; null for the one of the settings.</summary>
    public RateLimitTierId? TierId { get; private set; }

    /// <summary>How many may sign up with it.</summary>
    public int MaxUses { get; private set; }

    /// <summary>How many have.</summary>
    public int Uses { get; private set; }

    /// <summary>UTC instant from which it is refused; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; private set; }

    /// <summary>For people.</summary>
    public string? Note { get; private set; }

    /// <summary>Makes a code.</summary>
    /// <param name="id">The id, for ever.</param>
    /// <param name="digest">SHA-256 of the code.</param>
    /// <param name="last4">Its readable end.</param>
    /// <param name="grant">What it grants.</param>
    /// <param name="now">UTC instant of the request.</param>
    /// <exception cref="DomainException"><see cref="SelfServiceErrors.Invalid"/>.</exception>
    public static SignUpCode Make(SignUpCodeId id, byte[] digest, string last4, SignUpGrant grant, DateTimeOffset now)
    {
        Require(grant.Segment != ConsumerSegment.Admin, "Nobody signs up as an administrator.", "/segment");
        Require(grant.Scopes is null || (grant.Scopes.Count <= Scope.MaxPerKey && grant.Scopes.All(Scope.IsGrant)), "A scope is not valid.", "/scopes");
        Require(grant.MaxUses is >= 1 and <= MaxMaxUses, $"A code is used 1 to {MaxMaxUses} times.", "/maxUses");
        Require(grant.ExpiresAt is null || grant.ExpiresAt > now, "The end must be in the future.", "/expiresAt");
        Require(grant.Note is not { Length: > MaxNoteLength }, $"The note has at most {MaxNoteLength} characters.", "/note");
        return new SignUpCode(id, digest, last4, grant, now);
    }

    /// <summary>Uses the code for one sign-up.</summary>
    /// <param name="segment">What is signed up for.</param>
    /// <param name="now">UTC instant of the request.</param>
    /// <exception cref="DomainException"><see cref="SelfServiceErrors.CodeInvalid"/>: used up, past its end, or of another segment.</exception>
    public void Use(ConsumerSegment segment, DateTimeOffset now)
    {
        if (Uses >= MaxUses || ExpiresAt <= now || Segment != segment)
        {
            throw new DomainException(SelfServiceErrors.CodeInvalid);
        }

        Uses++;
        Touch(now);
    }

    private static void Require(bool holds, string detail, string pointer)
    {
        if (!holds)
        {
            throw new DomainException(SelfServiceErrors.Invalid, detail, pointer);
        }
    }
}
