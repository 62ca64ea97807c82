using System.Threading.Channels;
using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Application.Webhooks.Events;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>
/// What attempts give reason to tell or to do beyond the delivery: verified, failing, disabled, exhausted, quarantined. Done in the background, so that no
/// slot waits for it; each word of it is in the log as well, which does not depend on what is failing.
/// </summary>
internal sealed partial class DeliveryAlerts(IServiceScopeFactory scopes, ISubscriptionDirectory directory, IAdministratorMail mail, TimeProvider clock, ILogger<DeliveryAlerts> logger) : BackgroundService
{
    private const int Capacity = 10_000;
    private const int Tries = 5;

    // One word an endpoint and hour; the row that says so is taken in the transaction of the event.
    private const string OncePerHour = """
        INSERT INTO webhooks.endpoint_state AS s (subscription_id, $column) VALUES ({0}, now())
        ON CONFLICT (subscription_id) DO UPDATE SET $column = now() WHERE s.$column IS NULL OR s.$column < now() - interval '1 hour'
        """;

    private readonly Channel<Alert> _alerts = Channel.CreateBounded<Alert>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Takes in what an attempt did to its endpoint.</summary>
    /// <param name="lease">The delivery.</param>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="signal">What its record gives reason to do.</param>
    /// <param name="change">What happened to its breaker.</param>
    /// <param name="verified">The URL that has answered 2xx for the first time; null: none.</param>
    /// <param name="report">The attempt.</param>
    public void Signal(DeliveryLease lease, Endpoint endpoint, HealthSignal signal, BreakerChange change, Uri? verified, AttemptReport report)
    {
        if (change != BreakerChange.None)
        {
            LogBreaker(endpoint.Id.ToString(), change.ToString());
        }

        var kind = report.Class == AttemptClass.Gone ? AlertKind.Gone : signal switch
        {
            HealthSignal.WarnFirst => AlertKind.FailingFirst,
            HealthSignal.WarnLast => AlertKind.FailingLast,
            HealthSignal.Disable => AlertKind.Disable,
            HealthSignal.Recovered => AlertKind.Recovered,
            HealthSignal.None => AlertKind.None,
            _ => AlertKind.None,
        };
        Add(new Alert(kind, lease.Tenant, lease.Subscription, lease, report));
        if (verified is not null)
        {
            Add(new Alert(AlertKind.Verified, lease.Tenant, lease.Subscription, null, null, verified));
        }
    }

    /// <summary>Takes in a result that was written.</summary>
    /// <param name="result">The result.</param>
    public void After(DeliveryResult result)
    {
        if (result is { Kind: ResultKind.End, Outcome: DeliveryOutcome.Failed or DeliveryOutcome.Quarantined })
        {
            var kind = result.Outcome == DeliveryOutcome.Failed ? AlertKind.Exhausted : AlertKind.Quarantined;
            Add(new Alert(kind, result.Lease.Tenant, result.Lease.Subscription, result.Lease, result.Report));
        }
    }

    /// <summary>Deliveries were set aside without an attempt of this node.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="subscription">The endpoint.</param>
    public void Quarantined(TenantId tenant, SubscriptionId subscription) => Add(new Alert(AlertKind.Quarantined, tenant, subscription, null, null));

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var alert in _alerts.Reader.ReadAllAsync(stoppingToken))
        {
            for (var tries = 1; ; tries++)
            {
                try
                {
                    await HandleAsync(alert, stoppingToken);
                    break;
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    LogFailed(e, alert.Kind, alert.Subscription.ToString());
                    if (tries == Tries)
                    {
                        break;
                    }
                }

                await Task.Delay(TimeSpan.FromSeconds(tries), clock, stoppingToken);
            }
        }
    }

    private void Add(Alert alert)
    {
        if (alert.Kind != AlertKind.None)
        {
            if (alert.Kind != AlertKind.Verified)
            {
                LogAlert(alert.Kind, alert.Subscription.ToString());
            }

            _alerts.Writer.TryWrite(alert);
        }
    }

    private async Task HandleAsync(Alert alert, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<WriteContext>().Tenant = alert.Tenant;
        switch (alert.Kind)
        {
            case AlertKind.Verified:
                await Status(scope).VerifiedAsync(alert.Subscription, alert.Url!, cancellationToken);
                return;
            case AlertKind.Gone:
            case AlertKind.Disable:
                // Attempts that ended together all say so; administrators are told once.
                if (!await Status(scope).DisableAsync(alert.Subscription, alert.Kind == AlertKind.Gone ? DisabledReason.Gone : DisabledReason.Failing, cancellationToken))
                {
                    return;
                }

                break;
            case AlertKind.Exhausted:
                if (!await PublishAsync(scope, alert, WebhookEvents.DeliveryExhausted, "exhausted_told_at", cancellationToken))
                {
                    return;
                }

                break;
            case AlertKind.Quarantined:
                if (!await PublishAsync(scope, alert, WebhookEvents.DeliveryQuarantined, "quarantined_told_at", cancellationToken))
                {
                    return;
                }

                break;
            case AlertKind.FailingFirst or AlertKind.FailingLast:
                await PublishAsync(scope, alert, WebhookEvents.EndpointFailing, null, cancellationToken);
                break;
            case AlertKind.Recovered:
                await PublishAsync(scope, alert, WebhookEvents.EndpointRecovered, null, cancellationToken);
                break;
            case AlertKind.None:
                return;
        }

        await mail.TellAsync(alert.Tenant, SubjectOf(alert), BodyOf(alert), alert.Subscription.ToString(), cancellationToken);
    }

    private async Task<bool> PublishAsync(AsyncServiceScope scope, Alert alert, string type, string? onceColumn, CancellationToken cancellationToken)
    {
        var context = scope.ServiceProvider.GetRequiredService<DataHubDbContext>();
        var data = DataOf(alert, await directory.FindAsync(alert.Subscription, cancellationToken));
        var events = scope.ServiceProvider.GetRequiredService<IEventPublisher>();
        return await scope.ServiceProvider.GetRequiredService<ITransactionRunner>().RunAsync(
            async () =>
            {
                if (onceColumn is not null)
                {
                    var once = OncePerHour.Replace("$column", onceColumn, StringComparison.Ordinal);
                    if (await context.Database.ExecuteSqlRawAsync(once, [alert.Subscription.Value], cancellationToken) == 0)
                    {
                        return false;
                    }
                }

                events.Publish(type, data);
                return true;
            },
            dryRun: false,
            cancellationToken);
    }

    // What does not apply is left out.
    private static Dictionary<string, object> DataOf(Alert alert, SubscriptionTarget? target)
    {
        var data = new Dictionary<string, object>
        {
            ["subscriptionId"] = alert.Subscription.ToString(),
            ["host"] = target?.Url.GetLeftPart(UriPartial.Authority) ?? "",
        };
        if (alert.Kind is AlertKind.Exhausted or AlertKind.Quarantined && alert.Lease is { } lease)
        {
            data["deliveryId"] = lease.Id.ToString();
            data["eventId"] = lease.Event.ToString();
        }

        if (alert.Kind is AlertKind.FailingFirst or AlertKind.FailingLast)
        {
            data["hours"] = alert.Kind == AlertKind.FailingFirst ? 24 : 72;
        }

        return data;
    }

    private static ISubscriptionStatus Status(AsyncServiceScope scope) => scope.ServiceProvider.GetRequiredService<ISubscriptionStatus>();

    private static string SubjectOf(Alert alert) => alert.Kind switch
    {
        AlertKind.Gone => "Webhook endpoint is gone and was disabled",
        AlertKind.Disable => "Webhook endpoint was disabled after five days without success",
        AlertKind.FailingFirst => "Webhook endpoint has been failing for 24 hours",
        AlertKind.FailingLast => "Webhook endpoint has been failing for 72 hours and will be disabled",
        AlertKind.Exhausted => "Webhook delivery failed for good",
        AlertKind.Quarantined => "Webhook delivery was set aside by the gateway",
        _ => "Webhook endpoint works again",
    };

    private static string BodyOf(Alert alert) =>
        $"""
        {SubjectOf(alert)}.

        Subscription: {alert.Subscription}
        Delivery: {alert.Lease?.Id.ToString() ?? "-"}
        Event: {alert.Lease?.Event.ToString() ?? "-"} ({alert.Lease?.EventType ?? "-"})
        Last attempt: {alert.Report?.Class.ToString() ?? "-"} {alert.Report?.Status}

        Further deliveries of this endpoint that fail within the hour are not mailed. Nothing is lost: what failed can be sent again.
        """;

    [LoggerMessage(8030, LogLevel.Warning, "Webhooks: {Kind} at {Subscription}.")]
    private partial void LogAlert(AlertKind kind, string subscription);

    [LoggerMessage(8031, LogLevel.Error, "{Kind} of {Subscription} could not be told.")]
    private partial void LogFailed(Exception exception, AlertKind kind, string subscription);

    [LoggerMessage(8032, LogLevel.Information, "The breaker of {Subscription}: {Change}.")]
    private partial void LogBreaker(string subscription, string change);

    private enum AlertKind
    {
        None,
        Verified,
        Gone,
        Disable,
        FailingFirst,
        FailingLast,
        Recovered,
        Exhausted,
        Quarantined,
    }

    private sealed record Alert(AlertKind Kind, TenantId Tenant, SubscriptionId Subscription, DeliveryLease? Lease, AttemptReport? Report, Uri? Url = null);
}
