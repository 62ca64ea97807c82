using DataHub.Domain.Access.Scopes;
using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Access.Tokens;

/// <summary>The rules for the fields of an issuer.</summary>
internal static class IssuerRules
{
    public static List<DomainFault> Check(IssuerDefinition issuer)
    {
        var faults = new List<DomainFault>();
        if (!IsWord(issuer.Name, IssuerDefinition.MaxNameLength) || issuer.Name.Trim().Length != issuer.Name.Length)
        {
            faults.Add(new DomainFault("/name", "invalid_name", $"A name has 1 to {IssuerDefinition.MaxNameLength} characters, no space at its ends and no control character."));
        }

        CheckSource(issuer, faults);
        CheckVerification(issuer, faults);
        CheckWords(issuer.ScopeClaims, "/scopeClaims", faults);
        CheckWords(issuer.RoleClaims, "/roleClaims", faults);
        CheckRoleScopes(issuer, faults);
        CheckHeaders(issuer.Headers ?? [], faults);
        CheckClaim(issuer.ConsumerClaim, "/consumerClaim", faults);
        CheckClaim(issuer.TenantClaim, "/tenantClaim", faults);

        if (issuer.RequireConsumer && issuer.ConsumerClaim is null)
        {
            faults.Add(new DomainFault("/requireConsumer", "invalid", "requireConsumer needs a consumerClaim that names the consumer."));
        }

        return faults;
    }

    private static void CheckClaim(string? claim, string pointer, List<DomainFault> faults)
    {
        if (claim is not null && !IsWord(claim, IssuerDefinition.MaxWordLength))
        {
            faults.Add(new DomainFault(pointer, "invalid", $"A claim has 1 to {IssuerDefinition.MaxWordLength} characters."));
        }
    }

    private static void CheckSource(IssuerDefinition issuer, List<DomainFault> faults)
    {
        if (!IsWord(issuer.Issuer, IssuerDefinition.MaxUrlLength))
        {
            faults.Add(new DomainFault("/issuer", "required", "issuer is the exact value of the claim 'iss'."));
        }
        else if (issuer.Kind == IssuerKind.Discovery && MistakeInUrl(issuer.Issuer, query: false) is { } mistake)
        {
            faults.Add(new DomainFault("/issuer", "invalid_url", mistake));
        }

        CheckUrl(issuer.JwksUrl, issuer.Kind == IssuerKind.Jwks, "/jwksUrl", "jwks", faults);
        CheckUrl(issuer.IntrospectionUrl, issuer.Kind == IssuerKind.Introspection, "/introspectionUrl", "introspection", faults);
        if (issuer.Kind == IssuerKind.Introspection ? !IsWord(issuer.ClientId, IssuerDefinition.MaxWordLength) : issuer.ClientId is not null)
        {
            faults.Add(new DomainFault("/clientId", "invalid", "clientId is needed for kind 'introspection', and makes sense there only."));
        }
    }

    private static void CheckUrl(string? url, bool needed, string pointer, string kind, List<DomainFault> faults)
    {
        if (!needed && url is not null)
        {
            faults.Add(new DomainFault(pointer, "exclusive", $"This makes sense with kind '{kind}' only; leave it out."));
        }
        else if (needed && (url is null ? "A URL is needed." : MistakeInUrl(url, query: true)) is { } mistake)
        {
            faults.Add(new DomainFault(pointer, url is null ? "required" : "invalid_url", mistake));
        }
    }

    private static void CheckVerification(IssuerDefinition issuer, List<DomainFault> faults)
    {
        CheckWords(issuer.Audiences, "/audiences", faults);
        CheckWords(issuer.RequiredClaims, "/requiredClaims", faults);

        // Without an audience, a token that was made for any other service of the issuer would open this one (RFC 8725 §3.9).
        if (issuer.Kind != IssuerKind.Introspection && issuer.Audiences is not { Count: > 0 })
        {
            faults.Add(new DomainFault("/audiences", "required", "Name at least one audience, so that tokens made for other services are refused."));
        }

        var algorithms = issuer.Algorithms ?? [];
        for (var i = 0; i < algorithms.Count; i++)
        {
            if (!SignatureAlgorithms.All.Contains(algorithms[i]))
            {
                faults.Add(new DomainFault($"/algorithms/{i}", "unsupported_algorithm", $"An algorithm is one of {string.Join(", ", SignatureAlgorithms.All)}; 'none' and HMAC are never accepted."));
            }
        }

        if (issuer.ClockSkewSeconds is < 0 or > IssuerDefinition.MaxClockSkewSeconds)
        {
            faults.Add(new DomainFault("/clockSkewSeconds", "out_of_range", $"clockSkewSeconds must be from 0 to {IssuerDefinition.MaxClockSkewSeconds}."));
        }
    }

    private static void CheckRoleScopes(IssuerDefinition issuer, List<DomainFault> faults)
    {
        var roles = issuer.RoleScopes ?? new Dictionary<string, IReadOnlyList<string>>();
        if (roles.Count > IssuerDefinition.MaxEntries)
        {
            faults.Add(new DomainFault("/roleScopes", "too_many", $"At most {IssuerDefinition.MaxEntries} roles."));
        }

        foreach (var (role, scopes) in roles)
        {
            if (!IsWord(role, IssuerDefinition.MaxWordLength) || scopes is null || scopes.Count > IssuerDefinition.MaxEntries || !scopes.All(Scope.IsGrant))
            {
                faults.Add(new DomainFault("/roleScopes", "invalid_scope", $"The role '{role}' needs a list of at most {IssuerDefinition.MaxEntries} scopes such as orders:read, orders:* or *."));
            }
        }
    }

    private static void CheckHeaders(IReadOnlyList<ClaimHeader> headers, List<DomainFault> faults)
    {
        if (headers.Count > IssuerDefinition.MaxEntries)
        {
            faults.Add(new DomainFault("/headers", "too_many", $"At most {IssuerDefinition.MaxEntries} headers."));
        }

        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < headers.Count; i++)
        {
            if (!IsWord(headers[i]?.Claim, IssuerDefinition.MaxWordLength))
            {
                faults.Add(new DomainFault($"/headers/{i}/claim", "required", $"A claim has 1 to {IssuerDefinition.MaxWordLength} characters."));
            }

            if (!ClaimHeader.IsAllowedName(headers[i]?.Header))
            {
                faults.Add(new DomainFault($"/headers/{i}/header", "forbidden_header", "A header has 1 to 64 letters, digits and '-', such as X-User-Email; those that frame or route a request, carry credentials or are set by the gateway cannot be taken."));
            }
            else if (!names.Add(headers[i].Header))
            {
                faults.Add(new DomainFault($"/headers/{i}/header", "duplicate", $"{headers[i].Header} stands twice."));
            }
        }
    }

    private static void CheckWords(IReadOnlyList<string>? words, string pointer, List<DomainFault> faults)
    {
        if (words is { Count: > IssuerDefinition.MaxEntries })
        {
            faults.Add(new DomainFault(pointer, "too_many", $"At most {IssuerDefinition.MaxEntries} entries."));
        }

        for (var i = 0; i < (words?.Count ?? 0); i++)
        {
            if (!IsWord(words![i], IssuerDefinition.MaxWordLength))
            {
                faults.Add(new DomainFault($"{pointer}/{i}", "invalid", $"An entry has 1 to {IssuerDefinition.MaxWordLength} characters, none of them a control character."));
            }
        }
    }

    private static string? MistakeInUrl(string url, bool query) =>
        url.Length <= IssuerDefinition.MaxUrlLength && Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
        && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0 && (query || uri.Query.Length == 0) && uri.Host.Length > 0
            ? null
            : $"A whole https URL is needed (http for private addresses only), without user, fragment{(query ? "" : ", query")} and at most {IssuerDefinition.MaxUrlLength} characters.";

    private static bool IsWord(string? text, int maxLength) => text is { Length: > 0 } && text.Length <= maxLength && !text.Any(char.IsControl);
}
