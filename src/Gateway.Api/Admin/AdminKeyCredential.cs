using DataHub.Application.Abstractions;
using DataHub.Application.Access.ApiKeys;
using DataHub.Application.Access.Contracts;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Errors;
using DataHub.Gateway.Api.Proxy;

namespace DataHub.Gateway.Api.Admin;

/// <summary>A key in <c>X-API-Key</c> or as bearer token: an admin key, or a key for traffic at the endpoints made for its holder.</summary>
internal sealed class AdminKeyCredential(IKeyDirectory keys, TimeProvider clock) : IAdminCredential
{
    private const string BearerScheme = "Bearer ";
    private const string KeyPrefix = "dh_";

    private static readonly string AdminWord = KeyFormat.WordOf(KeyEnvironment.Admin);
    private static readonly IReadOnlySet<string> NoPermissions = Actor.Anonymous.Permissions;

    /// <inheritdoc/>
    public async ValueTask<AdminCredentialResult> AuthenticateAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (Presented(context.Request.Headers) is not { } presented)
        {
            return AdminCredentialResult.None;
        }

        if (!KeyFormat.IsWellFormed(presented))
        {
            return AdminCredentialResult.Refused(new Problem(ErrorCodes.ApiKeyMalformed, "The API key is not of the form dh_admin_…; check that it was copied whole."));
        }

        var request = context.Features.Get<GatewayRequest>()!;
        var known = keys.TryFindCached(presented, out var lookup);
        if (request.AddressBlocked && !(known && lookup.Status == KeyLookupStatus.Found))
        {
            return AdminCredentialResult.Refused(AdminAuthentication.AddressBlocked(request));
        }

        lookup = known ? lookup : await keys.FindAsync(presented, cancellationToken);
        return lookup.Status switch
        {
            KeyLookupStatus.Unknown => AdminCredentialResult.Refused(new Problem(ErrorCodes.ApiKeyInvalid, "The API key is not valid.")),
            KeyLookupStatus.StoreUnavailable => AdminCredentialResult.Refused(
                new Problem(ErrorCodes.StoreUnavailable, "The key cannot be checked at the moment; try again shortly.") { RetryAfterSeconds = 2 }),
            _ => Admit(lookup.Caller!, request),
        };
    }

    private AdminCredentialResult Admit(CallerRecord caller, GatewayRequest request)
    {
        var now = clock.GetUtcNow();
        if (caller.SecretReplaced)
        {
            caller.Usage.CountReplaced(request.ClientAddress, now.UtcTicks);
        }

        var admission = KeyAdmissionPolicy.Decide(caller, request.ClientIp, now);
        if (!admission.Allowed)
        {
            return AdminCredentialResult.Refused(new Problem(admission.Code!, admission.Detail ?? ProblemCatalogue.TitleOf(admission.Code!)), ActorOf(caller) with { Global = false, Permissions = NoPermissions });
        }

        caller.Usage.Touch(now.UtcTicks);
        return AdminCredentialResult.Of(ActorOf(caller));
    }

    // The default tenant is the operator's own: its admin keys open all tenants, those of another open that one.
    private static Actor ActorOf(CallerRecord caller) => caller.Environment == AdminWord
        ? new Actor(ActorKind.AdminKey, caller.KeyIdText, caller.TenantId, caller.TenantId == TenantId.Default, RolePermissions.Of(Role.Admin))
        : new Actor(ActorKind.ApiKey, caller.KeyIdText, caller.TenantId, false, NoPermissions) { BySecretReplaced = caller.SecretReplaced };

    private static string? Presented(IHeaderDictionary headers)
    {
        if (headers["X-API-Key"] is { Count: > 0 } header && header.ToString() is { Length: > 0 } key)
        {
            // Two values are joined, which no key survives: refused as malformed rather than one of them chosen.
            return key;
        }

        // What does not begin like a key may be the token of a person, which another credential knows.
        var authorization = headers.Authorization.ToString();
        return authorization.StartsWith(BearerScheme, StringComparison.OrdinalIgnoreCase) && authorization[BearerScheme.Length..].Trim() is { Length: > 0 } token
            && token.StartsWith(KeyPrefix, StringComparison.Ordinal) ? token : null;
    }
}
