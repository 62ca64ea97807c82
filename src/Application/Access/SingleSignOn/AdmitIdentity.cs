using DataHub.Application.Abstractions;
using DataHub.Application.Access.SignIn;
using DataHub.Application.Access.Users;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.SingleSignOn;

/// <summary>Finds or makes the user that a provider vouches for, with the role that the provider's groups give. A command of its own, so that the rules over users hold for it.</summary>
/// <param name="Provider">Name of the provider.</param>
/// <param name="Identity">The person, as the provider tells of them.</param>
public sealed record AdmitIdentity(string Provider, SsoIdentity Identity) : ICommand<SignInPerson>;

internal sealed class AdmitIdentityHandler(ISsoProviders providers, IExternalIdentities identities, IUserRepository users, WriteContext write, IIdSource ids, TimeProvider clock)
    : IRequestHandler<AdmitIdentity, SignInPerson>
{
    public async Task<SignInPerson> Handle(AdmitIdentity request, CancellationToken cancellationToken)
    {
        var (identity, now) = (request.Identity, clock.GetUtcNow());
        var grant = providers.GrantOf(request.Provider, identity);
        if (grant is { Mapped: true, Role: null })
        {
            throw new DomainException(SsoErrors.NotAllowed, "None of your groups at the identity provider has a role here.");
        }

        var known = await identities.FindAsync(identity.Issuer, identity.Subject, cancellationToken);
        var user = known is { } id ? await users.FindAnywhereAsync(id, cancellationToken)
            : identity.Email is { } email ? await users.FindByEmailAnywhereAsync(email, cancellationToken)
            : null;
        if (user is not null && grant.Tenant != TenantId.Default && (user.TenantId != grant.Tenant || user.Global))
        {
            // The provider of a tenant vouches for that tenant's people: for anybody else's its word is no proof.
            throw new DomainException(SsoErrors.NotAllowed, "Your account here is not of the tenant that this identity provider is for.");
        }

        user = user is null ? Create(identity, grant, now) : Admit(user, grant, now);
        if (known is null)
        {
            identities.Add(identity.Issuer, identity.Subject, user.Id, now);
        }

        return new SignInPerson(user.Id, user.Email, user.Name, user.Role, user.TenantId, user.Global, user.Status) { Subject = identity.FullSubject };
    }

    private User Create(SsoIdentity identity, SsoGrant grant, DateTimeOffset now)
    {
        if (!grant.CreateUsers || grant.Role is not { } role)
        {
            throw new DomainException(SsoErrors.NotAllowed, "You are not a user here; ask an administrator for an invitation.");
        }

        if (!User.IsEmail(identity.Email))
        {
            throw new DomainException(SsoErrors.NotAllowed, "The identity provider tells no verified mail address of you.");
        }

        write.Tenant = grant.Tenant;
        var name = identity.Name is { Length: > 0 } given && !given.Any(char.IsControl) ? given : identity.Email!;
        var settings = new UserSettings(identity.Email!, name.Length > User.MaxNameLength ? name[..User.MaxNameLength] : name, role, grant.Global && grant.Tenant == TenantId.Default);
        var user = User.Invite(new UserId(ids.NewId()), settings, now);
        user.Activate(now);
        user.SignedIn(now);
        users.Add(user);
        return user;
    }

    private User Admit(User user, SsoGrant grant, DateTimeOffset now)
    {
        if (user.Status == UserStatus.Disabled)
        {
            throw new DomainException(SsoErrors.NotAllowed, "Your account here is disabled.");
        }

        write.Tenant = user.TenantId;
        if (user.Status == UserStatus.Invited)
        {
            user.Activate(now);
        }

        var isGlobal = grant.Global && user.TenantId == TenantId.Default;
        if (grant is { Mapped: true, Role: { } role } && (user.Role != role || user.Global != isGlobal))
        {
            user.Update(new UserSettings(user.Email, user.Name, role, isGlobal), now);
        }

        return user;
    }
}
