using DataHub.Application.Abstractions;

namespace DataHub.Application.Access.Scopes;

/// <summary>What the catalogue of scopes is good for.</summary>
[ConfigurationSection("Scopes")]
public sealed class ScopeOptions
{
    /// <summary>
    /// True: a key is only given scopes that the catalogue of an API holds, or wildcards that cover one of them, so that a slip in a name is
    /// noticed. False (default): any well-formed scope.
    /// </summary>
    public bool CataloguedOnly { get; init; }
}
