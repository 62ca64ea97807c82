using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DataHub.Bench.Runner.Processes;

/// <summary>A program that was started on one core, with its output in a file.</summary>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    public const int Interrupt = 2;
    public const int Terminate = 15;

    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(15);

    private readonly Process _process;
    private readonly StreamWriter _log;
    private readonly string _logFile;
    private readonly string _name;
    private readonly int _stopSignal;
    private readonly long _logStart;

    private ChildProcess(Process process, StreamWriter log, string logFile, long logStart, string name, int stopSignal) =>
        (_process, _log, _logFile, _logStart, _name, _stopSignal) = (process, log, logFile, logStart, name, stopSignal);

    public int Id => _process.Id;

    /// <summary>Starts a program.</summary>
    /// <param name="name">For messages, and the name of its log file.</param>
    /// <param name="core">The only core it may use.</param>
    /// <param name="folder">Its working folder, where the log file goes too.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="environment">Added to this process's own.</param>
    /// <param name="stopSignal">The signal on which it stops cleanly and soon.</param>
    public static ChildProcess Start(
        string name,
        int core,
        string folder,
        IEnumerable<string> command,
        IReadOnlyDictionary<string, string>? environment = null,
        int stopSignal = Terminate)
    {
        Directory.CreateDirectory(folder);
        var start = new ProcessStartInfo("taskset") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (IEnumerable<string>)["-c", $"{core}", .. command])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[key] = value;
        }

        var logFile = Path.Combine(folder, name + ".log");
        var log = new StreamWriter(logFile, append: true) { AutoFlush = true };
        var logStart = log.BaseStream.Length;
        var synchronized = TextWriter.Synchronized(log);
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Write(synchronized, line.Data);
        process.ErrorDataReceived += (_, line) => Write(synchronized, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new ChildProcess(process, log, logFile, logStart, name, stopSignal);
    }

    /// <summary>Waits until a probe answers true.</summary>
    /// <exception cref="BenchException">The program ended, or did not answer in time; holds the end of its log.</exception>
    public async Task UntilReadyAsync(Func<Task<bool>> probe, CancellationToken cancellationToken, int patienceSeconds = 60)
    {
        var started = Stopwatch.StartNew();
        while (!await probe())
        {
            if (_process.HasExited || started.Elapsed.TotalSeconds > patienceSeconds)
            {
                throw new BenchException($"{_name} {(_process.HasExited ? $"ended with {_process.ExitCode}" : "did not become ready")}:\n{LogEnd()}");
            }

            await Task.Delay(20, cancellationToken);
        }
    }

    /// <summary>The last lines that the program printed.</summary>
    public string LogEnd() => string.Join('\n', ReadLog().TakeLast(15));

    /// <summary>All lines that this process printed so far; the file may begin with those of earlier ones.</summary>
    public IReadOnlyList<string> ReadLog()
    {
        using var file = new FileStream(_logFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = _logStart;
        using var reader = new StreamReader(file);
        return reader.ReadToEnd().Split('\n');
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _ = Kill(_process.Id, _stopSignal);
            try
            {
                await _process.WaitForExitAsync().WaitAsync(StopPatience);
            }
            catch (TimeoutException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }

        _process.Dispose();
        await _log.DisposeAsync();
    }

    private static void Write(TextWriter log, string? line)
    {
        if (line is not null)
        {
            log.WriteLine(line);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
