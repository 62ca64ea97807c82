using System.Net;
using System.Net.Sockets;

namespace DataHub.TestKit.Fixtures;

/// <summary>For programs that must be told their port before they start.</summary>
public static class FreePort
{
    /// <summary>A TCP port of the loopback address on which nobody listens now.</summary>
    public static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
