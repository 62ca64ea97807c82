using System.Collections.Frozen;
using DataHub.Application.Access.Contracts;
using DataHub.Domain.Access.Tokens;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Access.Tokens.Verification;

/// <summary>What a token of an issuer must fulfil, compiled from its definition.</summary>
public sealed class IssuerTerms
{
    /// <summary>Compiles an issuer.</summary>
    /// <param name="document">The issuer.</param>
    public IssuerTerms(IssuerDocument document)
    {
        Id = document.Id;
        IdText = document.Id.ToString();
        Tenant = document.TenantId;
        Definition = document.Definition.WithDefaults();
        Algorithms = Definition.Algorithms!.ToFrozenSet(StringComparer.Ordinal);
        ClockSkew = TimeSpan.FromSeconds(Definition.ClockSkewSeconds);
    }

    /// <summary>The issuer.</summary>
    public TokenIssuerId Id { get; }

    /// <summary>The printed id.</summary>
    public string IdText { get; }

    /// <summary>Whose it is.</summary>
    public TenantId Tenant { get; }

    /// <summary>The definition with its defaults filled in.</summary>
    public IssuerDefinition Definition { get; }

    /// <summary>Allowed signature algorithms.</summary>
    public FrozenSet<string> Algorithms { get; }

    /// <summary>By how much the clocks may differ.</summary>
    public TimeSpan ClockSkew { get; }
}
