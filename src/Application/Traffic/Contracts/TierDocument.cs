using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Traffic.Contracts;

/// <summary>A rate-limit tier as the snapshot stores it: flat, serialisable, without behaviour.</summary>
/// <param name="Id">The printed tier id.</param>
/// <param name="Name">The unique name.</param>
/// <param name="IsDefault">True for the tier of keys that name none.</param>
/// <param name="Limits">The limits, in the order they are shown.</param>
public sealed record TierDocument(string Id, string Name, bool IsDefault, IReadOnlyList<LimitDocument> Limits)
{
    /// <summary>The tenant that it belongs to.</summary>
    public TenantId TenantId { get; init; } = TenantId.Default;

    /// <summary>True when every tenant may refer to it.</summary>
    public bool Shared { get; init; }

    /// <summary>Whether a tenant may refer to it.</summary>
    /// <param name="tenant">The tenant.</param>
    public bool IsFor(TenantId tenant) => Shared || TenantId == tenant;
}

/// <summary>One named limit.</summary>
/// <param name="Name">Shown in the rate-limit headers: lower case letters, digits, <c>-</c> and <c>_</c>.</param>
/// <param name="Limit">Cost units per window; for <c>token-bucket</c> the burst.</param>
/// <param name="WindowSeconds">Length of the window; for <c>token-bucket</c> the time in which the whole burst refills.</param>
/// <param name="Algorithm"><c>sliding-window</c>, <c>token-bucket</c> or <c>sliding-log</c>.</param>
/// <param name="By">What is counted: <c>key</c>, <c>ip</c>, <c>endpoint</c> (key and route), <c>consumer</c> or <c>tenant</c>.</param>
/// <param name="Cost">Units that one request takes, 1 or more.</param>
/// <param name="Mode"><c>enforce</c> or <c>shadow</c>.</param>
public sealed record LimitDocument(string Name, long Limit, int WindowSeconds, string Algorithm, string By, int Cost, string Mode);
