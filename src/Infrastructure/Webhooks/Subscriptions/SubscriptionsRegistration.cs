using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Application.Webhooks.DeliveryLog;
using DataHub.Application.Webhooks.EventTypes;
using DataHub.Application.Webhooks.Subscriptions;
using DataHub.Application.Webhooks.Publishing;
using DataHub.Application.Webhooks.Replays;
using DataHub.Infrastructure.Webhooks.EventTypes;
using DataHub.Infrastructure.Webhooks.Publishing;
using DataHub.Infrastructure.Webhooks.Replays;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Webhooks.Subscriptions;

/// <summary>Registers subscriptions and event types.</summary>
internal static class SubscriptionsRegistration
{
    public static IServiceCollection AddSubscriptions(this IServiceCollection services)
    {
        services.AddOptions<SubscriptionsOptions>().BindConfiguration("DataHub:Webhooks").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<SubscriptionsOptions>>().Value);
        services.AddOptions<PublishingOptions>().BindConfiguration("DataHub:Webhooks").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<PublishingOptions>>().Value);
        services.AddScoped<ISubscriptionRepository, SubscriptionRepository>();
        services.AddScoped<ISubscriptionList, SubscriptionList>();
        services.AddSingleton<IEndpointStates, EndpointStates>();
        services.AddSingleton<ISubscriptionStatus, SubscriptionStatus>();
        services.AddSingleton<SubscriptionLoader>();
        services.AddSingleton<SubscriptionDirectory>();
        services.AddSingleton<ISubscriptionDirectory>(provider => provider.GetRequiredService<SubscriptionDirectory>());
        services.AddSingleton<IReplayContent>(provider => provider.GetRequiredService<SubscriptionDirectory>());
        services.AddSingleton<IChangeHandler>(provider => new SubscriptionChanges(provider.GetRequiredService<SubscriptionDirectory>(), ChangeTopics.Subscriptions));
        services.AddSingleton<IChangeHandler>(provider => new SubscriptionChanges(provider.GetRequiredService<SubscriptionDirectory>(), ChangeTopics.Keys));
        services.AddScoped<IEventTypeRepository, EventTypeRepository>();
        services.AddSingleton<IEventSchemaCompiler, EventSchemaCompiler>();
        services.AddSingleton<EventTypeRegistry>();
        services.AddSingleton<IEventTypeRegistry>(provider => provider.GetRequiredService<EventTypeRegistry>());
        services.AddSingleton<IChangeHandler>(provider => provider.GetRequiredService<EventTypeRegistry>());
        services.AddSingleton<EventInsert>();
        services.AddSingleton<EventIntake>();
        services.AddSingleton<IEventIntake>(provider => provider.GetRequiredService<EventIntake>());
        services.AddHostedService(provider => provider.GetRequiredService<EventIntake>());
        services.AddScoped<IEventReader, EventReader>();
        services.AddScoped<IDeliveryReader, DeliveryReader>();
        services.AddScoped<IReplayJobs, ReplayJobs>();
        services.AddSingleton<ReplayRunner>();
        services.AddHostedService(provider => provider.GetRequiredService<ReplayRunner>());
        return services;
    }
}
