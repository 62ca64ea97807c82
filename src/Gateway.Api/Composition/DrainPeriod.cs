using DataHub.Application.Abstractions;
using Microsoft.Extensions.Options;

namespace DataHub.Gateway.Api.Composition;

/// <summary>
/// Keeps serving for <see cref="GatewayOptions.DrainSeconds"/> after the process was told to stop, while readiness says
/// <c>draining</c>: a balancer learns of it by its next probe, and sends nothing to a closed port.
/// </summary>
/// <param name="lifetime">Tells everybody that the process stops.</param>
/// <param name="options">How long.</param>
/// <param name="clock">Measures it.</param>
internal sealed class DrainPeriod(IHostApplicationLifetime lifetime, IOptions<GatewayOptions> options, TimeProvider clock) : IHostedLifecycleService
{
    /// <inheritdoc/>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        lifetime.StopApplication();
        await Task.Delay(TimeSpan.FromSeconds(options.Value.DrainSeconds), clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
