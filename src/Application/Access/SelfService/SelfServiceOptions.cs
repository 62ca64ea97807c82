using System.ComponentModel.DataAnnotations;
using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Consumers;

namespace DataHub.Application.Access.SelfService;

/// <summary>Who may sign up for a key, and what they get.</summary>
[ConfigurationSection("SelfService")]
public sealed class SelfServiceOptions
{
    /// <summary>Nobody signs up.</summary>
    public const string Closed = "closed";

    /// <summary>Everybody gets a key at once.</summary>
    public const string Open = "open";

    /// <summary>Whoever has an invitation code gets a key at once.</summary>
    public const string Invitation = "invitation";

    /// <summary>An administrator decides; the applicant claims the key afterwards.</summary>
    public const string Approval = "approval";

    /// <summary>How the segment public signs up: <c>closed</c> (default), <c>open</c>, <c>invitation</c> or <c>approval</c>.</summary>
    [AllowedValues(Closed, Open, Invitation, Approval)]
    public string Public { get; init; } = Closed;

    /// <summary>How the segment partner signs up: <c>closed</c> (default), <c>open</c>, <c>invitation</c> or <c>approval</c>.</summary>
    [AllowedValues(Closed, Open, Invitation, Approval)]
    public string Partner { get; init; } = Closed;

    /// <summary>How the segment internal signs up: <c>closed</c> (default), <c>open</c>, <c>invitation</c> or <c>approval</c>.</summary>
    [AllowedValues(Closed, Open, Invitation, Approval)]
    public string Internal { get; init; } = Closed;

    /// <summary>Scopes of the keys that the segment public signs up for, comma-separated; none by default.</summary>
    public string PublicScopes { get; init; } = "";

    /// <summary>Scopes of the keys that the segment partner signs up for, comma-separated; none by default.</summary>
    public string PartnerScopes { get; init; } = "";

    /// <summary>Scopes of the keys that the segment internal signs up for, comma-separated; none by default.</summary>
    public string InternalScopes { get; init; } = "";

    /// <summary>Name of the tier of consumers that sign up for the segment public; the default tier when there is none of that name.</summary>
    public string PublicTier { get; init; } = "free";

    /// <summary>Name of the tier of consumers that sign up for the segment partner; the default tier when there is none of that name.</summary>
    public string PartnerTier { get; init; } = "partner";

    /// <summary>Name of the tier of consumers that sign up for the segment internal; the default tier when there is none of that name.</summary>
    public string InternalTier { get; init; } = "internal";

    /// <summary>Days after which a key of the segment public ends, 0 for never; default 90. Its holder may rotate it, not extend it.</summary>
    [Range(0, 3650)]
    public int PublicKeyDays { get; init; } = 90;

    /// <summary>Registrations an hour from one address: 1 to 100,000, default 10.</summary>
    [Range(1, 100_000)]
    public int PerAddressPerHour { get; init; } = 10;

    /// <summary>Registrations a day from one mail domain: 1 to 1,000,000, default 100.</summary>
    [Range(1, 1_000_000)]
    public int PerMailDomainPerDay { get; init; } = 100;

    /// <summary>Mail domains that are taken, comma-separated, each with its subdomains; all when empty.</summary>
    public string AllowedMailDomains { get; init; } = "";

    /// <summary>Mail domains that are refused, comma-separated, each with its subdomains; none by default.</summary>
    public string RefusedMailDomains { get; init; } = "";

    /// <summary>How a segment signs up.</summary>
    /// <param name="segment">The segment.</param>
    public string ModeOf(ConsumerSegment segment) => segment switch
    {
        ConsumerSegment.Public => Public,
        ConsumerSegment.Partner => Partner,
        ConsumerSegment.Internal => Internal,
        _ => Closed,
    };

    /// <summary>The scopes of a segment's keys.</summary>
    /// <param name="segment">The segment.</param>
    public IReadOnlyList<string> ScopesOf(ConsumerSegment segment) => Words(segment switch
    {
        ConsumerSegment.Public => PublicScopes,
        ConsumerSegment.Partner => PartnerScopes,
        _ => InternalScopes,
    });

    /// <summary>The name of a segment's tier.</summary>
    /// <param name="segment">The segment.</param>
    public string TierOf(ConsumerSegment segment) => segment switch
    {
        ConsumerSegment.Public => PublicTier,
        ConsumerSegment.Partner => PartnerTier,
        _ => InternalTier,
    };

    /// <summary>Whether a mail domain is taken.</summary>
    /// <param name="domain">In lower case.</param>
    public bool Takes(string domain) =>
        (AllowedMailDomains.Length == 0 || IsOneOf(domain, AllowedMailDomains)) && !IsOneOf(domain, RefusedMailDomains);

    private static bool IsOneOf(string domain, string list) =>
        Words(list).Any(d => domain.Equals(d, StringComparison.OrdinalIgnoreCase) || domain.EndsWith("." + d, StringComparison.OrdinalIgnoreCase));

    private static string[] Words(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
