using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using DataHub.TestKit.Waiting;

namespace DataHub.TestKit.Fixtures;

/// <summary>A RabbitMQ of its own, on loopback and free ports, to be frozen, killed and started again. Takes some seconds to start: share it.</summary>
public sealed class PrivateRabbitMq : IAsyncDisposable
{
    private const string Server = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);

    private readonly string _folder = Directory.CreateTempSubdirectory("datahub-rabbit").FullName;
    private readonly int _distributionPort = FreePort.Find();
    private readonly int _mapperPort = FreePort.Find();
    private readonly Process _mapper;
    private Process _process = null!;

    private PrivateRabbitMq() => _mapper = Launch("epmd", ["-port", $"{_mapperPort}", "-address", "127.0.0.1"]);

    public int Port { get; } = FreePort.Find();

    /// <summary>Settings of a gateway that uses it.</summary>
    public string[] Settings => ["RabbitMq:Host=127.0.0.1", $"RabbitMq:Port={Port}"];

    public static async Task<PrivateRabbitMq> StartAsync()
    {
        var server = new PrivateRabbitMq();
        try
        {
            await server.StartServerAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Connections stay open and nothing is answered.</summary>
    public void Freeze() => Signal("STOP");

    public void Thaw() => Signal("CONT");

    public void Kill()
    {
        Thaw();
        Signal("KILL");
        _process.WaitForExit();
    }

    /// <summary>Starts it again after <see cref="Kill"/>.</summary>
    /// <param name="wiped">True: without anything it knew.</param>
    public async Task RestartAsync(bool wiped)
    {
        _process.Dispose();
        if (wiped)
        {
            Directory.Delete(_folder + "/mnesia", recursive: true);
        }

        await StartServerAsync();
    }

    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _mapper.Kill();
        _mapper.WaitForExit();
        _process.Dispose();
        _mapper.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task StartServerAsync()
    {
        await File.WriteAllTextAsync(_folder + "/rabbitmq.conf", $"listeners.tcp.1 = 127.0.0.1:{Port}\nloopback_users = none\nlog.console.level = error\n");
        await File.WriteAllTextAsync(_folder + "/plugins", "[].");
        _process = Launch(Server, []);
        await Eventually.TrueAsync(AnswersAsync, "RabbitMQ listens", StartLimit);
    }

    // With input allowed the script becomes the server instead of standing beside it; the server is then told that there is none.
    private Process Launch(string program, string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >\"$RABBITMQ_LOG_BASE.out\" 2>&1 </dev/null", "sh", program, .. arguments]) { WorkingDirectory = _folder };
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["HOME"] = _folder,
            ["RABBITMQ_ALLOW_INPUT"] = "1",
            ["RABBITMQ_NODENAME"] = $"datahub{Port}@localhost",
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = $"{Port}",
            ["RABBITMQ_DIST_PORT"] = $"{_distributionPort}",
            ["ERL_EPMD_PORT"] = $"{_mapperPort}",
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_MNESIA_BASE"] = _folder + "/mnesia",
            ["RABBITMQ_LOG_BASE"] = _folder + "/log",
            ["RABBITMQ_CONFIG_FILE"] = _folder + "/rabbitmq.conf",
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = _folder + "/plugins",
            ["RABBITMQ_GENERATED_CONFIG_DIR"] = _folder + "/generated",
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-noinput -kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +sbwt none",
        })
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return _process.HasExited ? throw new InvalidOperationException(await File.ReadAllTextAsync(_folder + "/log.out")) : false;
        }
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_process.Id}"]);
        kill.WaitForExit();
    }
}
