using DataHub.Infrastructure.Hosting;
using DataHub.Infrastructure.Webhooks.Doorbells;
using MassTransit;
using MassTransit.Logging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Messaging;

/// <summary>Registers the bus: RabbitMQ where one is configured, else in memory from the first message on.</summary>
public static class MessagingRegistration
{
    /// <summary>Longest time for the bus to end its work at shutdown.</summary>
    internal static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(3);

    /// <summary>Adds the bus and its consumers. It starts in the background: a broker that is away holds up no start.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">Says whether there is a broker; the transport is chosen before anything is built.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddMessaging(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<RabbitMqOptions>().BindConfiguration("DataHub:RabbitMq").ValidateDataAnnotations().ValidateOnStart();
        if (string.IsNullOrWhiteSpace(configuration["DataHub:RabbitMq:Host"]))
        {
            services.AddSingleton<InMemoryBus>();
            services.AddSingleton<BusSource>(provider => provider.GetRequiredService<InMemoryBus>().GetAsync);
        }
        else
        {
            AddRabbitMq(services);
        }

        services.AddSingleton<BusCarrier>();
        services.AddSingleton<IDoorbellCarrier>(provider => provider.GetRequiredService<BusCarrier>());
        services.AddHostedService(provider => provider.GetRequiredService<BusCarrier>());
        return services;
    }

    /// <summary>Adds the bus itself, whatever its transport.</summary>
    /// <param name="services">The services.</param>
    /// <param name="transport">Chooses the transport.</param>
    /// <returns>The same services.</returns>
    internal static IServiceCollection AddBus(this IServiceCollection services, Action<IBusRegistrationConfigurator> transport) => services.AddMassTransit(bus =>
    {
        var node = Guid.CreateVersion7().ToString("N");
        bus.SetKebabCaseEndpointNameFormatter();
        bus.DisableUsageTelemetry(); // It would tell others of this installation, unasked.
        bus.AddConsumer<EndpointsDueConsumer, EndpointsDueConsumerDefinition>().Endpoint(e =>
        {
            e.InstanceId = "-" + node;
            e.Temporary = true;
        });
        bus.AddConsumer<FanOutDueConsumer, FanOutDueConsumerDefinition>();
        transport(bus);
    });

    // A method of its own, so that a node without a broker does not load the types.
    private static void AddRabbitMq(IServiceCollection services)
    {
        services.AddOptions<MassTransitHostOptions>().Configure(host =>
        {
            host.WaitUntilStarted = false;
            host.StopTimeout = StopLimit;
        });
        services.AddHostedService<BusLogging>();
        services.AddBus(bus => bus.UsingRabbitMq(UseRabbitMq));
        services.AddSingleton<BusSource>(provider => _ => Task.FromResult(provider.GetRequiredService<IBus>()));
    }

    private static void UseRabbitMq(IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator transport)
    {
        var options = context.GetRequiredService<IOptions<RabbitMqOptions>>().Value;
        transport.Host(options.Host, (ushort)options.Port, options.VirtualHost, host =>
        {
            host.Username(options.UserName);
            host.Password(options.Password);
            host.PublisherConfirmation = false; // A doorbell may be lost.
            host.Heartbeat(TimeSpan.FromSeconds(10));
            if (options.Tls)
            {
                host.UseSsl(tls => tls.ServerName = options.Host);
            }
        });
        transport.ConfigureEndpoints(context);
    }

    // The bus keeps its logger in a static: that of a host which is gone would break the next one.
    private sealed class BusLogging(ILoggerFactory loggers) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            LogContext.ConfigureCurrentLogContext(loggers);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
