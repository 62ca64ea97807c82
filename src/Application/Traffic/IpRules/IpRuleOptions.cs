using System.ComponentModel.DataAnnotations;
using DataHub.Application.Abstractions;

namespace DataHub.Application.Traffic.IpRules;

/// <summary>The cheap guard in front of authentication.</summary>
[ConfigurationSection("IpRules")]
public sealed class IpRuleOptions
{
    /// <summary>
    /// Failed authentications per minute and address, 0 to 1,000,000, default 1,000, after which the address gets 429 until they fade; 0
    /// switches the guard off.
    /// </summary>
    [Range(0, 1_000_000)]
    public int FailedAuthenticationsPerMinute { get; init; } = 1_000;

    /// <summary>Addresses watched at once, 1,000 to 10,000,000, default 100,000; beyond it the oldest are forgotten.</summary>
    [Range(1_000, 10_000_000)]
    public int MaxWatchedAddresses { get; init; } = 100_000;
}
