using DataHub.Application.Webhooks.Contracts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Webhooks.Sending;

/// <summary>Registers what sends webhooks.</summary>
internal static class SendingServices
{
    public static IServiceCollection AddSending(this IServiceCollection services)
    {
        services.AddOptions<SendingOptions>().BindConfiguration("DataHub:Webhooks").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<SendingOptions>().PostConfigure<IConfiguration>((o, configuration) => o.AllowHttp = configuration.GetValue<bool>("DataHub:Webhooks:AllowHttp"));
        services.AddSingleton<IValidateOptions<SendingOptions>, SendingOptionsRules>();
        services.AddSingleton<WebhookCallRules>();
        services.AddSingleton<WebhookHandlers>();
        services.AddSingleton<WebhookClients>();
        services.AddSingleton<EndpointTokens>();
        services.AddSingleton<IWebhookSender, WebhookSender>();
        return services;
    }
}
