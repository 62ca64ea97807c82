using DataHub.Domain.Access.Tokens;
using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Routing.Routes;

/// <summary>The rules for how callers of a route prove who they are.</summary>
internal static class RouteAuthRules
{
    public static void Check(RouteAuth auth, List<DomainFault> faults)
    {
        if (auth.QueryParameter is { } parameter
            && (!auth.TakesKeys() || parameter.Length is 0 or > 50 || !parameter.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')))
        {
            faults.Add(new DomainFault("/auth/queryParameter", "invalid", "queryParameter is 1 to 50 letters, digits, '-', '_' or '.', and makes sense with auth modes that take a key only."));
        }

        CheckIssuers(auth, faults);
        var claims = auth.Claims ?? [];
        if (claims.Count > ClaimRule.MaxPerRoute || (claims.Count > 0 && !auth.TakesTokens()))
        {
            faults.Add(new DomainFault("/auth/claims", "invalid", $"A route has at most {ClaimRule.MaxPerRoute} conditions on claims, with auth modes 'token', 'either' and 'both' only."));
        }

        for (var i = 0; i < claims.Count; i++)
        {
            if (claims[i] is { } rule)
            {
                rule.Check($"/auth/claims/{i}", faults);
            }
            else
            {
                faults.Add(new DomainFault($"/auth/claims/{i}", "required", "A condition must not be null."));
            }
        }

        if (auth.ForwardToken && !auth.TakesTokens())
        {
            faults.Add(new DomainFault("/auth/forwardToken", "invalid", "forwardToken makes sense with auth modes 'token', 'either' and 'both' only."));
        }
    }

    private static void CheckIssuers(RouteAuth auth, List<DomainFault> faults)
    {
        var issuers = auth.Issuers ?? [];
        if (auth.TakesTokens() ? issuers.Count is 0 or > RouteAuth.MaxIssuers : issuers.Count > 0)
        {
            faults.Add(new DomainFault("/auth/issuers", "invalid", $"Auth modes 'token', 'either' and 'both' need 1 to {RouteAuth.MaxIssuers} issuers; the others take none."));
        }

        for (var i = 0; i < issuers.Count; i++)
        {
            if (!EntityId.TryParse<TokenIssuerId>(issuers[i], out _))
            {
                faults.Add(new DomainFault($"/auth/issuers/{i}", "invalid_id", "An id such as iss_… is needed."));
            }
            else if (issuers.Take(i).Contains(issuers[i], StringComparer.OrdinalIgnoreCase))
            {
                faults.Add(new DomainFault($"/auth/issuers/{i}", "duplicate", $"{issuers[i]} stands twice."));
            }
        }
    }
}
