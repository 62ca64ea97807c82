using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Routing.Routes;

/// <summary>How a claim is compared.</summary>
public enum ClaimOperator
{
    /// <summary>The claim is one value, and it is the one given.</summary>
    Equals,

    /// <summary>The claim is one value, and it is one of those given.</summary>
    In,

    /// <summary>The claim is a list (or a text of words) that holds all those given.</summary>
    Contains,
}

/// <summary>A condition on a claim of the caller's token. A claim that is not there meets no condition.</summary>
/// <param name="Claim">Name of the claim, or a path such as <c>realm_access.roles</c>.</param>
/// <param name="Operator">How it is compared; case matters.</param>
/// <param name="Values">What it is compared with: one for <c>equals</c>, else 1 to 50. Numbers and booleans as JSON writes them.</param>
public sealed record ClaimRule(string Claim, ClaimOperator Operator, IReadOnlyList<string> Values)
{
    /// <summary>Most rules of a route.</summary>
    public const int MaxPerRoute = 20;

    /// <summary>Most characters of a claim or value.</summary>
    public const int MaxLength = 200;

    private const int MaxValues = 50;

    /// <summary>Adds what is wrong.</summary>
    /// <param name="pointer">Where the rule stands.</param>
    /// <param name="faults">What is added to.</param>
    internal void Check(string pointer, List<DomainFault> faults)
    {
        if (Claim is not { Length: > 0 and <= MaxLength })
        {
            faults.Add(new DomainFault(pointer + "/claim", "required", $"A claim has 1 to {MaxLength} characters."));
        }

        if (Values is not { Count: > 0 and <= MaxValues } || Values.Any(v => v is not { Length: > 0 and <= MaxLength }) || (Operator == ClaimOperator.Equals && Values.Count != 1))
        {
            faults.Add(new DomainFault(pointer + "/values", "invalid", $"values holds 1 to {MaxValues} texts of 1 to {MaxLength} characters; exactly one for 'equals'."));
        }
    }
}
