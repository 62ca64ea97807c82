using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Sessions;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Access.Sessions;
using DataHub.Gateway.Api.Admin;
using Microsoft.AspNetCore.Http;

namespace DataHub.Gateway.Api.FunctionalTests.Access;

/// <summary>Takes a header's word for who calls, so that roles can be tried without signing in.</summary>
internal sealed class StubPeople : IAdminCredential
{
    public const string Header = "X-Test-Person";

    /// <summary>The header's value for a person.</summary>
    public static string Person(Role role, string? tenantId = null, bool global = false, string? userId = null) =>
        string.Join(';', userId ?? new UserId(Guid.CreateVersion7()).ToString(), role, tenantId ?? TenantId.Default.ToString(), global);

    public ValueTask<AdminCredentialResult> AuthenticateAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (context.Request.Headers[Header].ToString().Split(';') is not [var id, var role, var tenant, var global] || !EntityId.TryParse<TenantId>(tenant, out var tenantId))
        {
            return ValueTask.FromResult(AdminCredentialResult.None);
        }

        if (EntityId.TryParse<UserId>(id, out var userId))
        {
            context.Features.Set(new PersonSession(new SessionId(Guid.CreateVersion7()), userId));
        }

        return ValueTask.FromResult(AdminCredentialResult.Of(new Actor(ActorKind.User, id, tenantId, bool.Parse(global), RolePermissions.Of(Enum.Parse<Role>(role)))));
    }
}
