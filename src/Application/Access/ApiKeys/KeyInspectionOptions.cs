using System.ComponentModel.DataAnnotations;
using DataHub.Application.Abstractions;

namespace DataHub.Application.Access.ApiKeys;

/// <summary>Verifying, looking up and reporting secrets over the admin API.</summary>
[ConfigurationSection("KeyInspection")]
public sealed class KeyInspectionOptions
{
    /// <summary>End the key of a leaked secret for ever.</summary>
    public const string Revoke = "revoke";

    /// <summary>Switch the key of a leaked secret off.</summary>
    public const string Disable = "disable";

    /// <summary>Only tell of it.</summary>
    public const string Report = "report";

    /// <summary>What happens to the key of a secret that is reported as leaked: <c>revoke</c> (default), <c>disable</c> or <c>report</c>. The event is raised in any case.</summary>
    [AllowedValues(Revoke, Disable, Report)]
    public string OnLeak { get; init; } = Revoke;

    /// <summary>Verifications a minute and identity on each node: 1 to 10,000,000, default 60,000.</summary>
    [Range(1, 10_000_000)]
    public int VerificationsPerMinute { get; init; } = 60_000;

    /// <summary>Look-ups a minute and identity on each node: 1 to 100,000, default 60.</summary>
    [Range(1, 100_000)]
    public int LookupsPerMinute { get; init; } = 60;

    /// <summary>Reports of leaks a minute and identity on each node: 1 to 100,000, default 60.</summary>
    [Range(1, 100_000)]
    public int LeakReportsPerMinute { get; init; } = 60;
}
