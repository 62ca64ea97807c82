using DataHub.Domain.Access.Consumers;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Domain.Access.SelfService;

/// <summary>How far a registration has come.</summary>
public enum RegistrationStatus
{
    /// <summary>Waits for an administrator.</summary>
    Pending,

    /// <summary>The key can be claimed.</summary>
    Approved,

    /// <summary>An administrator said no.</summary>
    Rejected,

    /// <summary>The consumer and its key exist.</summary>
    Completed,
}

/// <summary>What somebody says who signs up.</summary>
/// <param name="Name">Of the person or service: 1 to <see cref="Registration.MaxNameLength"/> characters.</param>
/// <param name="Email">Where to reach them.</param>
/// <param name="Segment">What is signed up for; not <see cref="ConsumerSegment.Admin"/>.</param>
/// <param name="Purpose">For what; at most <see cref="Registration.MaxPurposeLength"/> characters; null when not told.</param>
/// <param name="Address">IP address of the request; null when unknown.</param>
public sealed record RegistrationRequest(string Name, string Email, ConsumerSegment Segment, string? Purpose, string? Address);

/// <summary>One sign-up, from the request to the key.</summary>
public sealed class Registration : AggregateRoot<RegistrationId>, ITenantOwned
{
    /// <summary>Most characters of a name; leaves room for what makes a consumer's name unique.</summary>
    public const int MaxNameLength = 80;

    /// <summary>Most characters of a mail address (RFC 5321 §4.5.3.1.3).</summary>
    public const int MaxEmailLength = 254;

    /// <summary>Most characters of a purpose.</summary>
    public const int MaxPurposeLength = 1000;

    private string[]? _scopes;

    private Registration(RegistrationId id, RegistrationRequest request, byte[] claimDigest, DateTimeOffset now) : base(id, now)
    {
        (Name, Email, Segment, Purpose, Address, ClaimDigest) = (request.Name, request.Email, request.Segment, request.Purpose, request.Address, claimDigest);
        MailDomain = DomainOf(request.Email);
    }

    private Registration() => (Name, Email, MailDomain, ClaimDigest) = ("", "", "", []);

    /// <inheritdoc/>
    public TenantId TenantId { get; private set; }

    /// <summary>Of the person or service.</summary>
    public string Name { get; private set; }

    /// <summary>Where to reach them.</summary>
    public string Email { get; private set; }

    /// <summary>What follows the at sign, in lower case.</summary>
    public string MailDomain { get; private set; }

    /// <summary>What is signed up for.</summary>
    public ConsumerSegment Segment { get; private set; }

    /// <summary>For what.</summary>
    public string? Purpose { get; private set; }

    /// <summary>IP address of the request.</summary>
    public string? Address { get; private set; }

    /// <summary>SHA-256 of the token by which the key is claimed.</summary>
    [Masked]
    public byte[] ClaimDigest { get; private set; }

    /// <summary>How far it has come.</summary>
    public RegistrationStatus Status { get; private set; }

    /// <summary>The scopes that were approved; null for those of the settings.</summary>
    public IReadOnlyList<string>? Scopes => _scopes;

    /// <summary>The tier that was approved; null for the one of the settings.</summary>
    public RateLimitTierId? TierId { get; private set; }

    /// <summary>Who decided; null while nobody has.</summary>
    public string? DecidedBy { get; private set; }

    /// <summary>Why it was rejected.</summary>
    public string? Reason { get; private set; }

    /// <summary>The consumer that was made; null before.</summary>
    public ConsumerId? ConsumerId { get; private set; }

    /// <summary>Begins a registration.</summary>
    /// <param name="id">The id, for ever.</param>
    /// <param name="request">What was said.</param>
    /// <param name="claimDigest">SHA-256 of the claim token.</param>
    /// <param name="now">UTC instant of the request.</param>
    /// <exception cref="DomainException"><see cref="SelfServiceErrors.Invalid"/>.</exception>
    public static Registration Begin(RegistrationId id, RegistrationRequest request, byte[] claimDigest, DateTimeOffset now)
    {
        Require(request.Segment != ConsumerSegment.Admin, "Nobody signs up as an administrator.", "/segment");
        Require(request.Name.Length is > 0 and <= MaxNameLength, $"The name has 1 to {MaxNameLength} characters.", "/name");
        Require(IsMailAddress(request.Email), "A mail address looks like name@example.com.", "/email");
        Require(request.Purpose is not { Length: > MaxPurposeLength }, $"The purpose has at most {MaxPurposeLength} characters.", "/purpose");
        return new Registration(id, request, claimDigest, now);
    }

    /// <summary>Whether a text can be a mail address; whether somebody reads it only a message could tell.</summary>
    /// <param name="text">The text.</param>
    public static bool IsMailAddress(string? text) =>
        text is { Length: > 2 and <= MaxEmailLength } && text.IndexOf('@', StringComparison.Ordinal) is var at and > 0 && at == text.LastIndexOf('@')
        && text.All(c => c is > ' ' and < (char)0x7F and not (',' or ';' or '<' or '>' or '"' or '(' or ')'))
        && text[(at + 1)..] is var domain && domain.Contains('.', StringComparison.Ordinal) && domain[0] is not ('.' or '-') && domain[^1] is not ('.' or '-')
        && domain.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-') && !domain.Contains("..", StringComparison.Ordinal);

    /// <summary>What follows the at sign, in lower case.</summary>
    /// <param name="email">A mail address.</param>
    public static string DomainOf(string email) => email[(email.LastIndexOf('@') + 1)..].ToLowerInvariant();

    /// <summary>Lets the applicant claim a key.</summary>
    /// <param name="scopes">The scopes of the key; null for those of the settings.</param>
    /// <param name="tierId">The tier of the consumer; null for the one of the settings.</param>
    /// <param name="by">Who decides.</param>
    /// <param name="now">UTC instant of the request.</param>
    /// <exception cref="DomainException"><see cref="SelfServiceErrors.Decided"/>.</exception>
    public void Approve(IReadOnlyList<string>? scopes, RateLimitTierId? tierId, string by, DateTimeOffset now)
    {
        EnsurePending();
        (Status, _scopes, TierId, DecidedBy) = (RegistrationStatus.Approved, scopes is null ? null : [.. scopes], tierId, by);
        Touch(now);
    }

    /// <summary>Turns the applicant down.</summary>
    /// <param name="reason">Why; null for no reason.</param>
    /// <param name="by">Who decides.</param>
    /// <param name="now">UTC instant of the request.</param>
    /// <exception cref="DomainException"><see cref="SelfServiceErrors.Decided"/>.</exception>
    public void Reject(string? reason, string by, DateTimeOffset now)
    {
        EnsurePending();
        (Status, Reason, DecidedBy) = (RegistrationStatus.Rejected, reason, by);
        Touch(now);
    }

    /// <summary>Notes that consumer and key were made.</summary>
    /// <param name="consumerId">The consumer.</param>
    /// <param name="now">UTC instant of the request.</param>
    /// <exception cref="DomainException"><see cref="SelfServiceErrors.Decided"/> when they were made before.</exception>
    public void Complete(ConsumerId consumerId, DateTimeOffset now)
    {
        if (Status is RegistrationStatus.Completed or RegistrationStatus.Rejected)
        {
            throw new DomainException(SelfServiceErrors.Decided);
        }

        (Status, ConsumerId) = (RegistrationStatus.Completed, consumerId);
        Touch(now);
    }

    private void EnsurePending()
    {
        if (Status != RegistrationStatus.Pending)
        {
            throw new DomainException(SelfServiceErrors.Decided);
        }
    }

    private static void Require(bool holds, string detail, string pointer)
    {
        if (!holds)
        {
            throw new DomainException(SelfServiceErrors.Invalid, detail, pointer);
        }
    }
}
