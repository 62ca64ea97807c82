using System.Threading.Channels;

namespace DataHub.Infrastructure.Hosting;

/// <summary>Works queues off in the background.</summary>
internal static class QueueWork
{
    /// <summary>
    /// Works a queue off, one item after the other, until it is complete or the process stops. Being stopped is no failure: the host would report one, with a
    /// stack trace, for a service that lets the cancellation out while a start is given up.
    /// </summary>
    /// <typeparam name="T">What waits in it.</typeparam>
    /// <param name="queue">The queue.</param>
    /// <param name="work">Works one item off.</param>
    /// <param name="stoppingToken">Says that the process stops.</param>
    public static async Task WorkOffAsync<T>(this ChannelReader<T> queue, Func<T, CancellationToken, Task> work, CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var item in queue.ReadAllAsync(stoppingToken))
            {
                await work(item, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is left in the queue is lost with the process, as it is when the process dies.
        }
    }
}
