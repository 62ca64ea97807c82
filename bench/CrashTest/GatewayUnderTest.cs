using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace DataHub.Bench.CrashTest;

/// <summary>A real gateway process on a port of its own, which can be killed and started again on the same data.</summary>
internal sealed class GatewayUnderTest(string program, string connectionString, IReadOnlyList<string> settings) : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);

    private readonly string _folder = Directory.CreateTempSubdirectory("datahub-crash").FullName;
    private readonly int _port = FreePort();
    private Process? _process;

    public string Address => $"http://127.0.0.1:{_port}";

    /// <summary>The token that the first start printed.</summary>
    public string SetupToken { get; private set; } = "";

    /// <summary>Of the process that runs.</summary>
    public int Id => _process!.Id;

    public async Task StartAsync()
    {
        var ready = new TaskCompletionSource();
        string[] arguments = [program, $"--DataHub:Gateway:Port={_port}", $"--DataHub:Gateway:DataPath={_folder}", $"--DataHub:Database:ConnectionString={connectionString}", .. settings];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        var process = _process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Read(line.Data, ready);
        process.ErrorDataReceived += (_, _) => { };
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await ready.Task.WaitAsync(StartLimit, TimeProvider.System);
    }

    /// <summary>Completes the setup, and calls as its administrator.</summary>
    public async Task<HttpClient> SignInAsync()
    {
        var http = new HttpClient { BaseAddress = new Uri(Address) };
        using var setup = await http.PostAsJsonAsync("/api/v1/setup", new { token = SetupToken });
        setup.EnsureSuccessStatusCode();
        http.DefaultRequestHeaders.Add("X-API-Key", (string)(await setup.Content.ReadFromJsonAsync<JsonObject>())!["secret"]!);
        return http;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Sends a signal such as <c>STOP</c>.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_process!.Id}"]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Read(string? line, TaskCompletionSource ready)
    {
        if (line?.StartsWith("setup token: ", StringComparison.Ordinal) == true)
        {
            SetupToken = line["setup token: ".Length..].Trim();
            ready.TrySetResult();
        }
        else if (SetupToken.Length > 0 && line?.StartsWith("ready: ", StringComparison.Ordinal) == true)
        {
            ready.TrySetResult();
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
