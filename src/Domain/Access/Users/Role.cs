using System.Collections.Frozen;

namespace DataHub.Domain.Access.Users;

/// <summary>What a person is to the gateway.</summary>
public enum Role
{
    /// <summary>Runs it: every permission.</summary>
    Admin,

    /// <summary>Builds on it: sees everything but people, and manages the consumers and keys that are their own.</summary>
    Developer,

    /// <summary>Looks at it.</summary>
    Viewer,
}

/// <summary>The matrix: which role has which permission.</summary>
public static class RolePermissions
{
    private static readonly FrozenSet<string> OfAdmin = Permission.All.ToFrozenSet();

    private static readonly FrozenSet<string> OfDeveloper = FrozenSet.Create<string>(
        Permission.KeysRead, Permission.KeysWrite, Permission.ApisRead, Permission.AnalyticsRead, Permission.AnalyticsExport);

    private static readonly FrozenSet<string> OfViewer = FrozenSet.Create<string>(Permission.KeysRead, Permission.ApisRead, Permission.AnalyticsRead);

    /// <summary>The permissions of a role.</summary>
    /// <param name="role">The role.</param>
    public static IReadOnlySet<string> Of(Role role) => role switch
    {
        Role.Admin => OfAdmin,
        Role.Developer => OfDeveloper,
        Role.Viewer => OfViewer,
        _ => FrozenSet<string>.Empty,
    };
}
