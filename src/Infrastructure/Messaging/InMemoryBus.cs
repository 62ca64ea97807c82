using DataHub.Infrastructure.Webhooks.Doorbells;
using MassTransit;
using MassTransit.Logging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DataHub.Infrastructure.Messaging;

/// <summary>
/// The bus of a node without a broker. It is made for the first message: most such nodes are alone and send none, and a bus that waits for nothing
/// costs a process some fifteen megabytes and a tenth of its start.
/// </summary>
/// <param name="node">Whose consumers hear the messages.</param>
internal sealed class InMemoryBus(IServiceProvider node) : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private ServiceProvider? _services;

    /// <summary>The bus, started.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IBus> GetAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            _services ??= await StartAsync(cancellationToken);
            return _services.GetRequiredService<IBus>();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _services, null) is { } services)
        {
            await services.GetRequiredService<IBusControl>().StopAsync(MessagingRegistration.StopLimit);
            await services.DisposeAsync();
        }

        _turn.Dispose();
    }

    private async Task<ServiceProvider> StartAsync(CancellationToken cancellationToken)
    {
        var loggers = node.GetRequiredService<ILoggerFactory>();
        LogContext.ConfigureCurrentLogContext(loggers);
        var services = new ServiceCollection().AddSingleton(loggers).AddSingleton(typeof(ILogger<>), typeof(Logger<>)).AddSingleton(node.GetRequiredService<Doorbell>())
            .AddBus(bus => bus.UsingInMemory((context, transport) => transport.ConfigureEndpoints(context)))
            .BuildServiceProvider();
        try
        {
            await services.GetRequiredService<IBusControl>().StartAsync(cancellationToken);
            return services;
        }
        catch
        {
            await services.DisposeAsync();
            throw;
        }
    }
}
