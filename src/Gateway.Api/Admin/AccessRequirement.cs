using DataHub.Application.Abstractions;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Errors;
using Microsoft.AspNetCore.Authorization;

namespace DataHub.Gateway.Api.Admin;

/// <summary>Who may call an endpoint of the admin API. Every endpoint declares it or <c>AllowAnonymous()</c>; one that declares nothing is closed.</summary>
/// <param name="Permission">The permission asked for; null for any identity of the kinds.</param>
/// <param name="Kinds">The kinds of identity that are let in.</param>
internal sealed record AccessRequirement(string? Permission, IReadOnlyList<ActorKind> Kinds)
{
    private static readonly ActorKind[] Administrators = [ActorKind.AdminKey, ActorKind.User];

    /// <summary>For who has a permission.</summary>
    /// <param name="permission">The permission.</param>
    public static AccessRequirement Of(string permission) => new(permission, Administrators);

    /// <summary>For any identity of some kinds.</summary>
    /// <param name="kinds">The kinds; none for admin keys and people.</param>
    public static AccessRequirement Of(params ActorKind[] kinds) => new(null, kinds is [] ? Administrators : kinds);

    /// <summary>Why an actor is refused; null when it is let in.</summary>
    /// <param name="endpoint">What it calls.</param>
    /// <param name="actor">Who calls.</param>
    public static Problem? Refusal(Endpoint? endpoint, Actor actor)
    {
        if (endpoint?.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            return null;
        }

        if (endpoint?.Metadata.GetMetadata<AccessRequirement>() is not { } requirement)
        {
            return new Problem(ErrorCodes.InsufficientPermission, "Nobody may call this.");
        }

        if (!requirement.Kinds.Contains(actor.Kind))
        {
            return new Problem(ErrorCodes.InsufficientPermission, actor.Kind == ActorKind.ApiKey
                ? "This key opens proxied traffic only; the admin API needs a key of the form dh_admin_…."
                : "This is for other identities than yours.");
        }

        return requirement.Permission is { } permission && !actor.May(permission) ? new Problem(ErrorCodes.InsufficientPermission, $"Your role lacks the permission {permission}.")
            : endpoint.Metadata.GetMetadata<GlobalOnly>() is not null && !actor.Global ? new Problem(ErrorCodes.InsufficientPermission, "This is for global administrators, not for those of one tenant.")
            : null;
    }

    /// <summary>Marks what only global identities may call.</summary>
    public sealed class GlobalOnly;
}

/// <summary>Declares who may call an endpoint, or all endpoints of a group; what an endpoint says itself goes before its group.</summary>
internal static class AccessDeclarations
{
    /// <summary>For who has a permission.</summary>
    /// <typeparam name="T">The builder.</typeparam>
    /// <param name="endpoint">The endpoint or group.</param>
    /// <param name="permission">One of <c>Permission</c>.</param>
    public static T RequirePermission<T>(this T endpoint, string permission) where T : IEndpointConventionBuilder =>
        endpoint.WithMetadata(AccessRequirement.Of(permission));

    /// <summary>For any identity, whatever it may do.</summary>
    /// <typeparam name="T">The builder.</typeparam>
    /// <param name="endpoint">The endpoint or group.</param>
    /// <param name="kinds">The kinds of identity; none for admin keys and people. Holders of a key for traffic have to be named.</param>
    public static T RequireSignedIn<T>(this T endpoint, params ActorKind[] kinds) where T : IEndpointConventionBuilder =>
        endpoint.WithMetadata(AccessRequirement.Of(kinds));

    /// <summary>In addition: only for global identities.</summary>
    /// <typeparam name="T">The builder.</typeparam>
    /// <param name="endpoint">The endpoint or group.</param>
    public static T RequireGlobal<T>(this T endpoint) where T : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new AccessRequirement.GlobalOnly());
}
