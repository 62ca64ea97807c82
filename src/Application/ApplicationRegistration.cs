using DataHub.Application.Abstractions;
using DataHub.Application.Behaviors;
using DataHub.Application.Webhooks.Contracts;
using FluentValidation;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace DataHub.Application;

/// <summary>Registers what all modules of the layer share: MediatR, validators, the write context.</summary>
public static class ApplicationRegistration
{
    /// <summary>Adds MediatR with its behaviours (validate, then transact) and every handler and validator of this assembly.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddApplication(this IServiceCollection services)
    {
        services.AddScoped<ServiceFactory>(provider => type => provider.GetRequiredService(type));
        services.AddScoped<IMediator, Mediator>();
        services.AddScoped<WriteContext>();
        services.TryAddScoped<IEventPublisher, SilentEventPublisher>();
        services.AddScoped(typeof(IPipelineBehavior<,>), typeof(ValidationBehavior<,>));
        services.AddScoped(typeof(IPipelineBehavior<,>), typeof(TransactionBehavior<,>));
        services.AddScoped(typeof(IPipelineBehavior<,>), typeof(ChangeRuleBehavior<,>));
        services.Scan(scan => scan.FromAssemblies(typeof(ApplicationRegistration).Assembly)
            .AddClasses(c => c.AssignableTo(typeof(IRequestHandler<,>)), publicOnly: false).AsImplementedInterfaces().WithScopedLifetime()
            .AddClasses(c => c.AssignableTo(typeof(IValidator<>)), publicOnly: false).AsImplementedInterfaces().WithScopedLifetime());
        return services;
    }
}
