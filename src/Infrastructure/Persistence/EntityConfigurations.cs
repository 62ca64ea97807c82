using DataHub.Infrastructure.Access.ApiKeys;
using DataHub.Infrastructure.Access.Consumers;
using DataHub.Infrastructure.Access.Credentials;
using DataHub.Infrastructure.Access.OneTimeLinks;
using DataHub.Infrastructure.Access.Scopes;
using DataHub.Infrastructure.Access.SelfService;
using DataHub.Infrastructure.Access.Sessions;
using DataHub.Infrastructure.Access.SingleSignOn;
using DataHub.Infrastructure.Access.Tenants;
using DataHub.Infrastructure.Access.Tokens;
using DataHub.Infrastructure.Access.Users;
using DataHub.Infrastructure.Routing.Apis;
using DataHub.Infrastructure.Routing.Routes;
using DataHub.Infrastructure.Routing.Upstreams;
using DataHub.Infrastructure.Traffic.RateLimits;
using DataHub.Infrastructure.Webhooks.EventTypes;
using DataHub.Infrastructure.Webhooks.Events;
using DataHub.Infrastructure.Webhooks.Subscriptions;
using Microsoft.EntityFrameworkCore;

namespace DataHub.Infrastructure.Persistence;

/// <summary>How each entity is stored. Named here, because to find them in the assembly would load every type in it into each process.</summary>
internal static class EntityConfigurations
{
    /// <summary>Applies them all.</summary>
    /// <param name="model">The model.</param>
    public static void Apply(ModelBuilder model) => model
        .ApplyConfiguration(new ApiKeyConfiguration())
        .ApplyConfiguration(new ApiRouteConfiguration())
        .ApplyConfiguration(new CatalogueScopeConfiguration())
        .ApplyConfiguration(new ConsumerConfiguration())
        .ApplyConfiguration(new EventTypeConfiguration())
        .ApplyConfiguration(new ExternalIdentityConfiguration())
        .ApplyConfiguration(new IssuedRefreshConfiguration())
        .ApplyConfiguration(new IssuerKeySetConfiguration())
        .ApplyConfiguration(new OneTimeLinkConfiguration())
        .ApplyConfiguration(new PublishedApiConfiguration())
        .ApplyConfiguration(new RateLimitTierConfiguration())
        .ApplyConfiguration(new RegistrationConfiguration())
        .ApplyConfiguration(new SessionConfiguration())
        .ApplyConfiguration(new SignUpCodeConfiguration())
        .ApplyConfiguration(new StoredEventConfiguration())
        .ApplyConfiguration(new SubscriptionConfiguration())
        .ApplyConfiguration(new TenantConfiguration())
        .ApplyConfiguration(new TokenIssuerConfiguration())
        .ApplyConfiguration(new UpstreamConfiguration())
        .ApplyConfiguration(new UserConfiguration())
        .ApplyConfiguration(new UserCredentialConfiguration());
}
