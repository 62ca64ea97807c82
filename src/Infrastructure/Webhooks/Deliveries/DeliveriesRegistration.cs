using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Application.Webhooks.Deliveries;
using DataHub.Application.Webhooks.DeliveryLog;
using DataHub.Infrastructure.Mail;
using DataHub.Infrastructure.Webhooks.Doorbells;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>Registers the engine of deliveries.</summary>
internal static class DeliveriesRegistration
{
    /// <summary>Adds queue, fan-out, dispatcher and what looks after them. They stop in the opposite order: no new work, attempts end, results are written.</summary>
    /// <param name="services">The services.</param>
    public static IServiceCollection AddDeliveries(this IServiceCollection services)
    {
        services.AddOptions<DeliveryOptions>().BindConfiguration("DataHub:Webhooks").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => new EndpointBoard(provider.GetRequiredService<IOptions<DeliveryOptions>>().Value.MaxInFlight));
        services.AddSingleton<StateTurns>();
        services.AddSingleton<DeliveryStore>();
        services.AddSingleton<DatabaseClock>();
        services.AddSingleton<IDatabaseClock>(provider => provider.GetRequiredService<DatabaseClock>());
        services.AddSingleton<DeliveryBells>();
        services.AddSingleton<DeliveryNodes>();
        services.AddSingleton<DeliveryTally>();
        services.AddSingleton<WebhookPartitions>();
        services.AddSingleton<IStartupTask>(provider => provider.GetRequiredService<WebhookPartitions>());
        services.AddSingleton<IStartupTask, FirstClockReading>();
        services.AddSingleton<ITestLog, TestLog>();
        services.AddSingleton<AttemptRunner>();
        services.AddSingleton<Doorbell>();
        services.AddSingleton<IDoorbell>(provider => provider.GetRequiredService<Doorbell>());
        services.AddSingleton<IAdministratorMail, AdministratorMail>();
        services.AddScoped<IDeliveries, DeliveryEnqueuer>();
        AddService<DeliveryAlerts>(services);
        AddService<LeaseKeeper>(services);
        AddService<ResultWriter>(services);
        AddService<Dispatcher>(services);
        AddService<FanOutWorker>(services);
        AddService<DeliveryKeeper>(services);
        AddService<QueueWatch>(services);
        AddService<UntoldFailures>(services);
        return services;
    }

    private static void AddService<T>(IServiceCollection services) where T : class, IHostedService
    {
        services.AddSingleton<T>();
        services.AddHostedService(provider => provider.GetRequiredService<T>());
    }
}
