using DataHub.Domain.Access.Scopes;

namespace DataHub.Application.Access.Contracts;

/// <summary>What other modules may know of the grammar of scopes.</summary>
public static class ScopeSyntax
{
    /// <summary>Whether a route can require a scope: <c>resource:action</c> without wildcard.</summary>
    /// <param name="scope">The scope.</param>
    /// <returns>True when it is valid.</returns>
    public static bool IsRequirement(string? scope) => Scope.IsRequirement(scope);
}
