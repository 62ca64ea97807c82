namespace DataHub.Domain.Access.Users;

/// <summary>What an endpoint of the admin API can ask for. Everything it serves falls under one of these ten.</summary>
#pragma warning disable CA1711 // Not a code access permission; it is the word of the matrix.
public static class Permission
#pragma warning restore CA1711
{
    /// <summary>See users, tenants and the audit trail.</summary>
    public const string UsersRead = "users:read";

    /// <summary>Invite, change and remove users and tenants.</summary>
    public const string UsersWrite = "users:write";

    /// <summary>See consumers and keys, never secrets.</summary>
    public const string KeysRead = "keys:read";

    /// <summary>Make and change consumers and keys; without <see cref="KeysRevoke"/> only those that are one's own.</summary>
    public const string KeysWrite = "keys:write";

    /// <summary>Change, rotate, revoke and suspend whatever consumer or key of the tenant, whoever owns it.</summary>
    public const string KeysRevoke = "keys:revoke";

    /// <summary>See APIs, routes, upstreams and tiers.</summary>
    public const string ApisRead = "apis:read";

    /// <summary>Change APIs, routes and upstreams.</summary>
    public const string ApisWrite = "apis:write";

    /// <summary>See request logs and figures.</summary>
    public const string AnalyticsRead = "analytics:read";

    /// <summary>Take request logs and figures out in bulk.</summary>
    public const string AnalyticsExport = "analytics:export";

    /// <summary>Change tiers and what is counted.</summary>
    public const string RateLimitsWrite = "rate-limits:write";

    /// <summary>All ten, in the order of the matrix.</summary>
    public static IReadOnlyList<string> All { get; } =
        [UsersRead, UsersWrite, KeysRead, KeysWrite, KeysRevoke, ApisRead, ApisWrite, AnalyticsRead, AnalyticsExport, RateLimitsWrite];
}
