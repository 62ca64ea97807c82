using System.Net;

namespace DataHub.Application.Access.Contracts;

/// <summary>
/// The streams and WebSockets that keys have opened on this node. An exchange that outlives its first answer byte is watched here, so that
/// it ends when its key does; one that is answered at once never comes here.
/// </summary>
public interface IOpenExchanges
{
    /// <summary>Watches an exchange.</summary>
    /// <param name="caller">Who opened it.</param>
    /// <param name="clientIp">From where.</param>
    /// <param name="close">Called at most once, with the error code, when the caller would not be let in any more; never after the disposal.</param>
    /// <returns>Ends the watch; dispose it when the exchange is over.</returns>
    IDisposable Watch(CallerRecord caller, IPAddress clientIp, Action<string> close);
}
