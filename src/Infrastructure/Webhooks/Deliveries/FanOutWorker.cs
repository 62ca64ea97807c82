using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Application.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Infrastructure.Webhooks.Doorbells;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>
/// Makes the deliveries of committed events, page by page: a page and the cursor behind it are one transaction, so that a crash repeats no page and
/// leaves none out.
/// </summary>
internal sealed partial class FanOutWorker(
    NpgsqlDataSource dataSource,
    ISubscriptionDirectory directory,
    IDoorbell doorbell,
    DeliveryBells bells,
    DeliveryTally tally,
    DeliveryAlerts alerts,
    IIdSource ids,
    IOptions<DeliveryOptions> options,
    TimeProvider clock,
    ILogger<FanOutWorker> logger) : BackgroundService
{
    private const int MostEvents = 64;
    private const int CarefulPages = 64;

    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OutagePause = TimeSpan.FromMilliseconds(250);

    // Pages that still take one event at a time, after one broke its page.
    private int _careful;
    private bool _away;

    /// <summary>One page.</summary>
    /// <param name="cancellationToken">Gives it up; nothing was done then.</param>
    /// <returns>False when there was nothing to do.</returns>
    public async Task<bool> WorkAsync(CancellationToken cancellationToken)
    {
        var made = new List<NewDelivery>();
        var failed = new List<(FanOutItem Item, SubscriptionMatch Match)>();
        await using (var page = await FanOutPage.OpenAsync(dataSource, ids, cancellationToken))
        {
            var (items, newest) = await page.TakeAsync(_careful > 0 ? 1 : MostEvents, cancellationToken);
            if (items.Count == 0)
            {
                await page.CommitAsync(cancellationToken);
                return false;
            }

            await MakeAsync(page, items, newest, made, failed, cancellationToken);
            await page.CommitAsync(cancellationToken);
        }

        _careful = Math.Max(0, _careful - 1);
        Tell(made, failed);
        return true;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var worked = await WorkAsync(stoppingToken);
                _away = false;
                if (!worked)
                {
                    await bells.FanOut.WaitAsync(LongestSleep, stoppingToken);
                }
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                await AfterFailureAsync(e, stoppingToken);
            }
        }
    }

    private async Task MakeAsync(
        FanOutPage page, IReadOnlyList<FanOutItem> items, long newest, List<NewDelivery> made, List<(FanOutItem Item, SubscriptionMatch Match)> failed, CancellationToken cancellationToken)
    {
        var most = options.Value.FanOutPage;
        var done = new List<FanOutItem>(items.Count);
        var moved = new List<(FanOutItem Item, SubscriptionId After)>();
        var refused = new List<(FanOutItem Item, SubscriptionId Subscription)>();
        foreach (var item in items)
        {
            if (made.Count + refused.Count >= most)
            {
                break; // The rest of the events is the next page's.
            }

            var matches = await directory.MatchAsync(item.Event, item.After, most, newest, cancellationToken);
            foreach (var match in matches)
            {
                if (match.Refused)
                {
                    refused.Add((item, match.Id));
                }
                else if (match.MappingError is null)
                {
                    made.Add(new NewDelivery(item, match.Id, match.Body, await FirstWaitAsync(match.Id, cancellationToken)));
                }
                else
                {
                    failed.Add((item, match));
                }
            }

            if (matches.Count < most)
            {
                done.Add(item);
            }
            else
            {
                moved.Add((item, matches[^1].Id));
            }
        }

        if (made.Count > 0)
        {
            await page.AddAsync(made, cancellationToken);
        }

        if (refused.Count > 0)
        {
            await page.DiscardAsync(refused, cancellationToken);
        }

        foreach (var (item, match) in failed)
        {
            await page.QuarantineAsync(item, match.Id, match.MappingError!, cancellationToken);
        }

        foreach (var (item, after) in moved)
        {
            await page.MoveAsync(item, after, cancellationToken);
        }

        await page.FinishAsync(done, cancellationToken);
    }

    private async ValueTask<TimeSpan> FirstWaitAsync(SubscriptionId id, CancellationToken cancellationToken) =>
        (await directory.FindAsync(id, cancellationToken))?.Schedule is [var first, ..] ? first : TimeSpan.Zero;

    private void Tell(List<NewDelivery> made, List<(FanOutItem Item, SubscriptionMatch Match)> failed)
    {
        // Endpoints of events that go to many are rung for apart from the others, who must not stand in one queue with them.
        var many = made.GroupBy(d => d.Item).Where(g => g.Count() > EndpointBoard.Many).SelectMany(g => g).Select(d => d.Subscription).ToHashSet();
        foreach (var few in made.Select(d => d.Subscription).Where(s => !many.Contains(s)).Distinct().Chunk(EndpointBoard.Many))
        {
            doorbell.Ring(few, DeliveryLane.Fresh);
        }

        if (many.Count > 0)
        {
            doorbell.Ring(many, DeliveryLane.Fresh);
        }

        foreach (var (item, match) in failed)
        {
            LogMapping(item.Event.Id.ToString(), match.Id.ToString(), match.MappingError!);
            tally.Ended(DeliveryOutcome.Quarantined);
            alerts.Quarantined(item.Event.TenantId, match.Id);
        }
    }

    // One event that breaks its page must not hold up the others: pages of one event find out which, and that one waits.
    private async Task AfterFailureAsync(Exception exception, CancellationToken stoppingToken)
    {
        LogFailed(_away ? LogLevel.Debug : LogLevel.Warning, exception.Message);
        _away = true;
        if (!Outage.Is(exception) && exception is not PostgresException { SqlState: PostgresErrorCodes.UndefinedTable })
        {
            try
            {
                if (_careful > 0)
                {
                    await PostponeAsync(exception, stoppingToken);
                }

                _careful = CarefulPages;
                return;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(LogLevel.Warning, e.Message);
            }
        }

        await Task.Delay(OutagePause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task PostponeAsync(Exception exception, CancellationToken cancellationToken)
    {
        await using var page = await FanOutPage.OpenAsync(dataSource, ids, cancellationToken);
        foreach (var item in (await page.TakeAsync(1, cancellationToken)).Items)
        {
            LogPostponed(exception, item.Event.Id.ToString());
            await page.PostponeAsync(item, cancellationToken);
        }

        await page.CommitAsync(cancellationToken);
    }

    [LoggerMessage(EventId = 8060, Message = "Events could not be fanned out: {Reason}")]
    private partial void LogFailed(LogLevel level, string reason);

    [LoggerMessage(8061, LogLevel.Error, "{Event} could not be fanned out and waits.")]
    private partial void LogPostponed(Exception exception, string @event);

    [LoggerMessage(8062, LogLevel.Warning, "The payload of {Event} for {Subscription} could not be made: {Reason}")]
    private partial void LogMapping(string @event, string subscription, string reason);
}
