using System.Collections.Frozen;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Abstractions;

/// <summary>What kind of identity acts.</summary>
public enum ActorKind
{
    /// <summary>Nobody known: endpoints that ask for no credential.</summary>
    Anonymous,

    /// <summary>The gateway itself: start-up, schedules, seeds.</summary>
    System,

    /// <summary>An admin key.</summary>
    AdminKey,

    /// <summary>A person who signed in.</summary>
    User,

    /// <summary>The holder of a key for traffic, at the endpoints made for them.</summary>
    ApiKey,
}

/// <summary>Who acts, and what that identity may do.</summary>
/// <param name="Kind">What kind of identity.</param>
/// <param name="Id">Printed id of the key or user; <c>system</c> or <c>anonymous</c>.</param>
/// <param name="Tenant">The tenant it belongs to; the default tenant for a global one.</param>
/// <param name="Global">True when it may work in every tenant.</param>
/// <param name="Permissions">What it may do, as in <c>Permission</c>.</param>
public sealed record Actor(ActorKind Kind, string Id, TenantId Tenant, bool Global, IReadOnlySet<string> Permissions)
{
    private static readonly FrozenSet<string> Nothing = FrozenSet<string>.Empty;

    /// <summary>The gateway itself. It sees the rows of every tenant.</summary>
    public static readonly Actor System = new(ActorKind.System, "system", TenantId.Default, true, Nothing);

    /// <summary>Nobody known.</summary>
    public static readonly Actor Anonymous = new(ActorKind.Anonymous, "anonymous", TenantId.Default, false, Nothing);

    /// <summary>Its subject at the identity provider, as <c>issuer subject</c>; null for who did not sign in there.</summary>
    public string? Subject { get; init; }

    /// <summary>Whether it came with a secret of a key that a rotation has replaced, and that is good until its grace ends.</summary>
    public bool BySecretReplaced { get; init; }

    /// <summary>Whether it has a permission. The gateway itself has all.</summary>
    /// <param name="permission">A permission.</param>
    public bool May(string permission) => Kind == ActorKind.System || Permissions.Contains(permission);
}
