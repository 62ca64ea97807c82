using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace DataHub.TestKit.Fixtures;

/// <summary>A Redis of its own, to be stopped, frozen and started again. Keeps nothing on disk.</summary>
public sealed class PrivateRedis : IDisposable
{
    private readonly int _port;
    private readonly string[] _arguments;
    private Process _process;

    private PrivateRedis(int port, string[] arguments) => (_port, _arguments, _process) = (port, arguments, Launch(port, arguments));

    public string Address => $"127.0.0.1:{_port}";

    public int Port => _port;

    public static async Task<PrivateRedis> StartAsync(params string[] arguments)
    {
        var server = new PrivateRedis(FreePort.Find(), arguments);
        await server.WaitAsync();
        return server;
    }

    /// <summary>The keys of this server that match the pattern.</summary>
    public Task<IReadOnlyList<string>> KeysAsync(string pattern) => PlainRedis.AskAsync(Port, "KEYS", pattern);

    /// <summary>Stops every thread of the server: connections stay open and nothing is answered.</summary>
    public void Freeze() => Signal("STOP");

    public void Thaw() => Signal("CONT");

    public void Kill()
    {
        Signal("KILL");
        _process.WaitForExit();
    }

    public async Task RestartAsync()
    {
        _process.Dispose();
        _process = Launch(_port, _arguments);
        await WaitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Thaw();
            Kill();
        }

        _process.Dispose();
    }

    private static Process Launch(int port, string[] arguments) => Process.Start(new ProcessStartInfo(
        "redis-server", ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", Path.GetTempPath(), "--loglevel", "warning", .. arguments])
    {
        RedirectStandardOutput = true,
    })!;

    private async Task WaitAsync() => await Waiting.Eventually.TrueAsync(
        async () =>
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, _port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        },
        "redis-server listens");

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_process.Id}"]);
        kill.WaitForExit();
    }
}
