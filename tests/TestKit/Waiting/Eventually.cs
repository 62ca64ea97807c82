namespace DataHub.TestKit.Waiting;

/// <summary>Waits on a condition with a deadline, instead of sleeping.</summary>
public static class Eventually
{
    /// <summary>Returns as soon as the condition holds; fails the test with the description at the deadline (default 15 s).</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, string description, TimeSpan? deadline = null)
    {
        using var timeout = new CancellationTokenSource(deadline ?? TimeSpan.FromSeconds(15));
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await condition())
        {
            try
            {
                await pace.WaitForNextTickAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                // A last look: the deadline may have passed while the one before was under way.
                if (await condition())
                {
                    return;
                }

                throw new TimeoutException($"Did not happen in time: {description}");
            }
        }
    }

    public static Task TrueAsync(Func<bool> condition, string description, TimeSpan? deadline = null) =>
        TrueAsync(() => Task.FromResult(condition()), description, deadline);
}
