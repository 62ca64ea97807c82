using System.Net.Sockets;
using System.Reflection;

namespace DataHub.Gateway.Api.Proxy.Forwarding;

/// <summary>
/// Lets what waits for a socket go on at once, on the thread that the socket is polled from, instead of being queued to the thread pool: two changes of
/// thread less a request. Only for sockets whose continuations never block and soon wait again; a library's own sockets are left alone, since one of
/// them blocking there would stop all traffic. The platform offers it for a single socket by an internal member only; where that is missing, nothing changes.
/// </summary>
internal static class InlineCompletions
{
    private const string EngineCount = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";

    private static readonly Action<Socket, bool>? Setter = typeof(Socket)
        .GetProperty("PreferInlineCompletions", BindingFlags.Instance | BindingFlags.NonPublic)?.SetMethod?.CreateDelegate<Action<Socket, bool>>();

    /// <summary>True when this platform can do it.</summary>
    public static bool IsKnown => Setter is not null;

    /// <summary>True on a thread that polls sockets: whatever may block or takes long must go elsewhere first.</summary>
    public static bool MustNotBlock => !Thread.CurrentThread.IsThreadPoolThread;

    /// <summary>Makes the platform poll from as many threads as there are processors. Before the first socket, or it has no effect.</summary>
    public static void UseAllProcessors()
    {
        if (Environment.GetEnvironmentVariable(EngineCount) is null)
        {
            Environment.SetEnvironmentVariable(EngineCount, Environment.ProcessorCount.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Lets continuations of a socket go on at once.</summary>
    /// <param name="socket">The socket.</param>
    public static void Prefer(Socket socket)
    {
        try
        {
            Setter?.Invoke(socket, true);
        }
        catch (ObjectDisposedException)
        {
            // Nobody waits for it any more.
        }
    }

    /// <summary>Goes on in the thread pool.</summary>
    public static async Task YieldAsync() => await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
}
