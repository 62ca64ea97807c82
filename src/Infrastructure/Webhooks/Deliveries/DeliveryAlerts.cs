using System.Threading.Channels;
using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Application.Webhooks.Events;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Infrastructure.Hosting;
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
    private const int Crowd = 50;

    // One word an endpoint and hour; the row that says so is taken in the transaction of the event.
    private const string OncePerHour = """
        INSERT INTO webhooks.endpoint_state AS s (subscription_id, $column) VALUES ({0}, now())
        ON CONFLICT (subscription_id) DO UPDATE SET $column = now() WHERE s.$column IS NULL OR s.$column < now() - interval '1 hour'
        """;

    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    // Failures of an endpoint that follow each other closely are not looked up one by one.
    private static readonly TimeSpan Lull = TimeSpan.FromMinutes(1);

    // What is done has a queue of its own: whether an endpoint that is gone is still called must not depend on how much there is to tell of others. Of what
    // finds no room, failed deliveries are found again in the outcomes, and what attempts tell is told by the next attempt; only warnings are lost.
    private readonly Channel<DeliveryAlert> _acts = NewQueue();
    private readonly Channel<DeliveryAlert> _words = NewQueue();
    private readonly Dictionary<(SubscriptionId, AlertKind), long> _lookedUp = [];

    /// <summary>Takes in what an attempt did to its endpoint.</summary>
    /// <param name="lease">The delivery.</param>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="signal">What its record gives reason to do.</param>
    /// <param name="change">What happened to its breaker.</param>
    /// <param name="url">The URL that was called.</param>
    /// <param name="verified">Whether it has answered 2xx for the first time.</param>
    /// <param name="report">The attempt.</param>
    public void Signal(DeliveryLease lease, Endpoint endpoint, HealthSignal signal, BreakerChange change, Uri url, bool verified, AttemptReport report)
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
        Add(new DeliveryAlert(kind, lease.Tenant, lease.Subscription, AlertedDelivery.Of(lease, report), url));
        if (verified)
        {
            Add(new DeliveryAlert(AlertKind.Verified, lease.Tenant, lease.Subscription, null, url));
        }
    }

    /// <summary>Takes in a result that was written.</summary>
    /// <param name="result">The result.</param>
    public void After(DeliveryResult result)
    {
        if (result is { Kind: ResultKind.End, Outcome: DeliveryOutcome.Failed or DeliveryOutcome.Quarantined })
        {
            var kind = result.Outcome == DeliveryOutcome.Failed ? AlertKind.Exhausted : AlertKind.Quarantined;
            Add(new DeliveryAlert(kind, result.Lease.Tenant, result.Lease.Subscription, AlertedDelivery.Of(result.Lease, result.Report)));
        }
    }

    /// <summary>Deliveries were set aside without an attempt of this node.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="subscription">The endpoint.</param>
    public void Quarantined(TenantId tenant, SubscriptionId subscription) => Add(new DeliveryAlert(AlertKind.Quarantined, tenant, subscription, null));

    /// <summary>Takes in what nobody was told of yet.</summary>
    /// <param name="alert">An exhausted or quarantined delivery.</param>
    public void Untold(DeliveryAlert alert) => Add(alert);

    /// <summary>Tells what there is to tell before it ends; what does not get that far is found again.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _acts.Writer.TryComplete();
        _words.Writer.TryComplete();
        if (ExecuteTask is { } work)
        {
            await work.WaitAsync(LastWords, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await base.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_acts.Reader.WorkOffAsync(TryAsync, stoppingToken), _words.Reader.WorkOffAsync(TryAsync, stoppingToken));

    private static Channel<DeliveryAlert> NewQueue() =>
        Channel.CreateBounded<DeliveryAlert>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private async Task TryAsync(DeliveryAlert alert, CancellationToken stoppingToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await HandleAsync(alert, stoppingToken);
                return;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(e, alert.Kind, alert.Subscription.ToString());
                if (tries == Tries)
                {
                    return;
                }
            }

            await Task.Delay(TimeSpan.FromSeconds(tries), clock, stoppingToken);
        }
    }

    private void Add(DeliveryAlert alert)
    {
        if (alert.Kind != AlertKind.None)
        {
            if (alert.Kind != AlertKind.Verified)
            {
                LogAlert(alert.Kind, alert.Subscription.ToString());
            }

            (alert.Kind is AlertKind.Verified or AlertKind.Gone or AlertKind.Disable ? _acts : _words).Writer.TryWrite(alert);
        }
    }

    private async Task HandleAsync(DeliveryAlert alert, CancellationToken cancellationToken)
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
                if (!await Status(scope).DisableAsync(alert.Subscription, alert.Url!, alert.Kind == AlertKind.Gone ? DisabledReason.Gone : DisabledReason.Failing, cancellationToken))
                {
                    return;
                }

                break;
            case AlertKind.Exhausted:
                if (WasLookedUp(alert) || !await PublishAsync(scope, alert, WebhookEvents.DeliveryExhausted, "exhausted_told_at", cancellationToken))
                {
                    return;
                }

                break;
            case AlertKind.Quarantined:
                if (WasLookedUp(alert) || !await PublishAsync(scope, alert, WebhookEvents.DeliveryQuarantined, "quarantined_told_at", cancellationToken))
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

        await mail.TellAsync(alert.Tenant, alert.Subject, alert.Body, alert.Subscription.ToString(), cancellationToken);
    }

    private async Task<bool> PublishAsync(AsyncServiceScope scope, DeliveryAlert alert, string type, string? onceColumn, CancellationToken cancellationToken)
    {
        var context = scope.ServiceProvider.GetRequiredService<DataHubDbContext>();
        var data = alert.DataFor(await directory.FindAsync(alert.Subscription, cancellationToken));
        var events = scope.ServiceProvider.GetRequiredService<IEventPublisher>();
        var published = await scope.ServiceProvider.GetRequiredService<ITransactionRunner>().RunAsync(
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
        _lookedUp[(alert.Subscription, alert.Kind)] = clock.GetTimestamp();
        return published;
    }

    // Only the reader of the words comes here, and only a crowd is worth it: the database knows better.
    private bool WasLookedUp(DeliveryAlert alert)
    {
        if (_lookedUp.Count > Capacity)
        {
            _lookedUp.Clear();
        }

        return _words.Reader.Count > Crowd && _lookedUp.TryGetValue((alert.Subscription, alert.Kind), out var at) && clock.GetElapsedTime(at) < Lull;
    }

    private static ISubscriptionStatus Status(AsyncServiceScope scope) => scope.ServiceProvider.GetRequiredService<ISubscriptionStatus>();

    [LoggerMessage(8030, LogLevel.Warning, "Webhooks: {Kind} at {Subscription}.")]
    private partial void LogAlert(AlertKind kind, string subscription);

    [LoggerMessage(8031, LogLevel.Error, "{Kind} of {Subscription} could not be told.")]
    private partial void LogFailed(Exception exception, AlertKind kind, string subscription);

    [LoggerMessage(8032, LogLevel.Information, "The breaker of {Subscription}: {Change}.")]
    private partial void LogBreaker(string subscription, string change);
}
