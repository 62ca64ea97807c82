using DataHub.Domain.Routing.Apis;

namespace DataHub.Domain.Access.ApiKeys;

/// <summary>Scopes that a key has on one API only, beside those that it has everywhere.</summary>
/// <param name="ApiId">The API.</param>
/// <param name="Scopes">In the grammar of <c>Scope</c>; at least one.</param>
public sealed record ApiGrant(ApiId ApiId, IReadOnlyList<string> Scopes)
{
    /// <summary>Most APIs of one key.</summary>
    public const int MaxPerKey = 50;
}
