using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Sending;

/// <summary>Takes connections, says one thing, and then nothing.</summary>
internal sealed class GarbageListener : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<TcpClient> _clients = [];
    private readonly Task _accepting;

    public GarbageListener(string text)
    {
        _listener.Start();
        _accepting = AcceptAsync(Encoding.ASCII.GetBytes(text));
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Stop();
        _clients.ForEach(c => c.Dispose());
    }

    private async Task AcceptAsync(byte[] text)
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _clients.Add(client);
                await client.GetStream().WriteAsync(text, _stop.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
        }
    }
}
