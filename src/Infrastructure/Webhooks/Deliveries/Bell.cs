namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>Wakes one waiting loop. Rings that nobody waits for are one.</summary>
internal sealed class Bell : IDisposable
{
    private readonly SemaphoreSlim _rung = new(0, 1);

    /// <summary>Rings; never waits.</summary>
    public void Ring()
    {
        if (_rung.CurrentCount == 0)
        {
            try
            {
                _rung.Release();
            }
            catch (SemaphoreFullException)
            {
                // Somebody else rang it just now.
            }
        }
    }

    /// <summary>Waits for a ring.</summary>
    /// <param name="most">For how long at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>True when it rang.</returns>
    public Task<bool> WaitAsync(TimeSpan most, CancellationToken cancellationToken) => _rung.WaitAsync(most, cancellationToken);

    public void Dispose() => _rung.Dispose();
}

/// <summary>The loops of delivery on this node, to be woken by doorbells.</summary>
internal sealed class DeliveryBells : IDisposable
{
    /// <summary>Something is due.</summary>
    public Bell Dispatch { get; } = new();

    /// <summary>Events want fan-out.</summary>
    public Bell FanOut { get; } = new();

    public void Dispose()
    {
        Dispatch.Dispose();
        FanOut.Dispose();
    }
}
