using System.Collections.Concurrent;
using System.Diagnostics;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;

namespace DataHub.Gateway.Api.FunctionalTests.Hosting;

/// <summary>The gateway as a process of its own, as <c>build/run.sh</c> starts it.</summary>
internal sealed class GatewayProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();

    private GatewayProgram(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Errors => string.Join('\n', _errors);

    /// <summary>What it wrote to its log.</summary>
    public string Log => string.Join('\n', _output);

    public static GatewayProgram Start(string dataFolder, params string[] options)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Repository.Root };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "DataHub.Gateway.Api.dll"), "--data", dataFolder, .. options])
        {
            start.ArgumentList.Add(argument);
        }

        return new GatewayProgram(Process.Start(start)!);
    }

    /// <summary>What follows a mark at the beginning of a line of the output, once there is one.</summary>
    public async Task<string> LineAsync(string mark)
    {
        await Eventually.TrueAsync(() => _process.HasExited || Find(mark) is not null, $"a line '{mark}'", TimeSpan.FromSeconds(90));
        return Find(mark) ?? throw new InvalidOperationException($"It ended with {_process.ExitCode} instead of printing '{mark}': {Errors}");
    }

    /// <summary>File names of the assemblies that it has mapped (proc(5), <c>maps</c>).</summary>
    public IReadOnlySet<string> LoadedAssemblies() =>
        File.ReadLines($"/proc/{_process.Id}/maps").Where(l => l.EndsWith(".dll", StringComparison.Ordinal)).Select(l => Path.GetFileName(l)!).ToHashSet();

    /// <summary>Sends a signal and returns the exit code.</summary>
    public async Task<int> StopAsync(string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        return await ExitCodeAsync();
    }

    public async Task<int> ExitCodeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private string? Find(string mark) => _output.FirstOrDefault(l => l.StartsWith(mark, StringComparison.Ordinal))?[mark.Length..].Trim();

    private static void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null)
        {
            lines.Enqueue(line);
        }
    }
}
