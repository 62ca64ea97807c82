using DataHub.Application.Access.Contracts;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Access.Scopes;

/// <summary>Decides whether the scopes of a key cover what a route requires. Allocates nothing when they do.</summary>
public static class ScopePolicy
{
    /// <summary>Decides.</summary>
    /// <param name="granted">The scopes of the key.</param>
    /// <param name="required">Scopes without wildcard; empty requires nothing.</param>
    /// <param name="anyIsEnough">True: one of them is enough; false: all are needed.</param>
    public static Admission Decide(ScopeGrant granted, string[] required, bool anyIsEnough)
    {
        if (required.Length == 0)
        {
            return Admission.Ok;
        }

        foreach (var scope in required)
        {
            if (granted.Covers(scope) == anyIsEnough)
            {
                // One covered scope settles "any", one missing scope settles "all".
                return anyIsEnough ? Admission.Ok : Refuse(granted, required, anyIsEnough);
            }
        }

        return anyIsEnough ? Refuse(granted, required, anyIsEnough) : Admission.Ok;
    }

    /// <summary>The required scopes that the key lacks; for a refusal's text and its <c>WWW-Authenticate</c> header.</summary>
    /// <param name="granted">The scopes of the key.</param>
    /// <param name="required">Scopes without wildcard.</param>
    /// <returns>In the order in which they are required.</returns>
    public static string[] Missing(ScopeGrant granted, string[] required) => Array.FindAll(required, s => !granted.Covers(s));

    private static Admission Refuse(ScopeGrant granted, string[] required, bool anyIsEnough)
    {
        var missing = string.Join(", ", Missing(granted, required));
        return new Admission(
            ErrorCodes.InsufficientScope, anyIsEnough ? $"This route needs one of the scopes {missing}." : $"This route needs the scopes {missing} as well.");
    }
}
