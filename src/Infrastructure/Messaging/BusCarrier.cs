using System.Threading.Channels;
using DataHub.Infrastructure.Hosting;
using DataHub.Infrastructure.Webhooks.Doorbells;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DataHub.Infrastructure.Messaging;

/// <summary>Publishes doorbells. A broker that is away or hangs holds up nobody: each publication has a second, and what waits behind it is bounded.</summary>
/// <param name="source">Where the bus comes from.</param>
/// <param name="clock">Measures the second.</param>
/// <param name="logger">Hears of outages.</param>
internal sealed partial class BusCarrier(BusSource source, TimeProvider clock, ILogger<BusCarrier> logger) : BackgroundService, IDoorbellCarrier
{
    private const int Capacity = 1_000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    private readonly Channel<object> _messages = Channel.CreateBounded<object>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest });
    private bool _away;

    /// <inheritdoc/>
    public void Send(object message) => _messages.Writer.TryWrite(message);

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _messages.Reader.WorkOffAsync(PublishAsync, stoppingToken);

    private async Task PublishAsync(object message, CancellationToken stoppingToken)
    {
        try
        {
            var bus = await source(stoppingToken);
            using var limit = new CancellationTokenSource(Limit, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stoppingToken);

            // Waited for no longer than that, even if the transport does not hear the token.
            await bus.Publish(message, message.GetType(), either.Token).WaitAsync(Limit, clock, stoppingToken);
            _away = false;
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            if (!_away)
            {
                LogAway(e.Message);
            }

            _away = true;
        }
    }

    [LoggerMessage(8070, LogLevel.Warning, "Doorbells cannot be published ({Reason}); nodes find work by looking.")]
    private partial void LogAway(string reason);
}

/// <summary>Gives the bus, and makes it where that is left to the first message.</summary>
/// <param name="cancellationToken">Ends the wait.</param>
internal delegate Task<IBus> BusSource(CancellationToken cancellationToken);
