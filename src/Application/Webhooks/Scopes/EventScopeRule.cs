using DataHub.Application.Access.Contracts;
using DataHub.Domain.Webhooks.Events;
using DataHub.Domain.Webhooks.Subscriptions;

namespace DataHub.Application.Webhooks.Scopes;

/// <summary>
/// The one place that says which scope an event type needs. Asked when a key holder subscribes, when an event is matched, before every attempt and on replay.
/// Subscriptions without a key are an administrator's and are not bound.
/// </summary>
/// <remarks>
/// <c>order.created</c> needs <c>order:read</c>, unless the registered type names another scope. Of the gateway's own events a key holder gets <c>key.*</c> only
/// (with <c>key:read</c>, and about keys of the same consumer); the others are for administrators.
/// </remarks>
public static class EventScopeRule
{
    private const string Action = ":read";

    // No resource can be named so: only a grant of *:read, *:* or * covers it.
    private const string AnyResource = "?" + Action;

    /// <summary>The scope that a type needs.</summary>
    /// <param name="type">The type.</param>
    /// <param name="declared">The scope that the registered type names; null for none.</param>
    public static string RequiredFor(string type, string? declared) => declared ?? (type.IndexOf('.', StringComparison.Ordinal) is var dot and > 0 ? type[..dot] : type) + Action;

    /// <summary>What a key lacks for a pattern.</summary>
    /// <param name="grant">The scopes of the key.</param>
    /// <param name="pattern">A type or a wildcard.</param>
    /// <param name="declared">The scope that the registered type names, when the pattern is a type; null for none.</param>
    /// <returns>A sentence; null when it lacks nothing.</returns>
    public static string? Missing(ScopeGrant grant, string pattern, string? declared)
    {
        if (pattern == EventTypePattern.All)
        {
            return grant.Covers(AnyResource) ? null : "Every event needs the scope *:read; name the types that the key's scopes cover.";
        }

        var type = EventTypePattern.IsPrefix(pattern) ? pattern[..^2] : pattern;
        if (IsForAdministrators(type))
        {
            return $"Events of {pattern} are for administrators.";
        }

        var required = RequiredFor(type, declared);
        return grant.Covers(required) ? null : $"Events of {pattern} need the scope {required}, which the key lacks.";
    }

    /// <summary>Whether a key may still get a type.</summary>
    /// <param name="key">The key as it stands; null when it is gone.</param>
    /// <param name="type">The type.</param>
    /// <param name="declared">The scope that the registered type names; null for none.</param>
    /// <param name="now">UTC instant.</param>
    public static bool MayReceive(KeyStanding? key, string type, string? declared, DateTimeOffset now) =>
        key is { Usable: true } && (key.ExpiresAt is not { } end || end > now) && !IsForAdministrators(type) && key.Scopes.Covers(RequiredFor(type, declared));

    /// <summary>Whether an event of the gateway's own is about the consumer itself: a key holder learns nothing of the keys of others.</summary>
    /// <param name="type">The type.</param>
    public static bool IsAboutOneConsumer(string type) => BuiltInEventTypes.IsReserved(type);

    private static bool IsForAdministrators(string type) => BuiltInEventTypes.IsReserved(type) && type != "key" && !type.StartsWith("key.", StringComparison.Ordinal);
}
