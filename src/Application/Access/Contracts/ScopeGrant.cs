using System.Collections.Frozen;

namespace DataHub.Application.Access.Contracts;

/// <summary>The scopes of a key, compiled for the request path. <c>orders:*</c> covers every action of <c>orders</c>, <c>*:read</c> reading everything, <c>*</c> all.</summary>
public sealed class ScopeGrant
{
    /// <summary>Grants nothing.</summary>
    public static readonly ScopeGrant None = new([]);

    private readonly FrozenSet<string> _exact;
    private readonly string[] _resources;
    private readonly string[] _actions;
    private readonly bool _all;

    /// <summary>Compiles a list of scopes.</summary>
    /// <param name="scopes">Scopes in the grammar <c>resource:action</c>, with <c>*</c> for one of both or alone.</param>
    public ScopeGrant(IReadOnlyCollection<string> scopes)
    {
        Scopes = [.. scopes];
        _exact = scopes.ToFrozenSet(StringComparer.Ordinal);
        _all = scopes.Contains("*") || scopes.Contains("*:*");
        _resources = [.. scopes.Where(s => s.EndsWith(":*", StringComparison.Ordinal)).Select(s => s[..^1])];
        _actions = [.. scopes.Where(s => s.StartsWith("*:", StringComparison.Ordinal) && s.Length > 2).Select(s => s[1..])];
    }

    /// <summary>The scopes as given.</summary>
    public IReadOnlyList<string> Scopes { get; }

    /// <summary>Whether a required scope is covered.</summary>
    /// <param name="required">A scope without wildcard.</param>
    /// <returns>True when granted as such or by a wildcard.</returns>
    public bool Covers(string required)
    {
        if (_all || _exact.Contains(required))
        {
            return true;
        }

        foreach (var resource in _resources)
        {
            if (required.StartsWith(resource, StringComparison.Ordinal))
            {
                return true;
            }
        }

        foreach (var action in _actions)
        {
            if (required.EndsWith(action, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
