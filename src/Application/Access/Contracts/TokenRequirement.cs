using DataHub.Domain.Access.Tokens;

namespace DataHub.Application.Access.Contracts;

/// <summary>What a route demands of a caller's token, compiled.</summary>
public sealed class TokenRequirement
{
    /// <summary>Whose tokens are accepted; at least one.</summary>
    public required TokenIssuerId[] Issuers { get; init; }

    /// <summary>Conditions on claims that all must hold; empty for none.</summary>
    public required ClaimRequirement[] Claims { get; init; }

    /// <summary>True: the token is demanded beside a key. False: a caller with a key needs none.</summary>
    public required bool BesideKey { get; init; }

    /// <summary>True: a key is as good as a token.</summary>
    public required bool KeyWillDo { get; init; }

    /// <summary>True: the upstream gets the verified token.</summary>
    public required bool Forward { get; init; }
}

/// <summary>How a claim is compared.</summary>
public enum ClaimComparison
{
    /// <summary>One value, and one of those wanted.</summary>
    IsOneOf,

    /// <summary>A list or words that hold all those wanted.</summary>
    HoldsAll,
}

/// <summary>A condition on one claim.</summary>
/// <param name="Claim">Name or path of the claim.</param>
/// <param name="Comparison">How it is compared; case matters.</param>
/// <param name="Values">What it is compared with; at least one.</param>
public sealed record ClaimRequirement(string Claim, ClaimComparison Comparison, string[] Values);
