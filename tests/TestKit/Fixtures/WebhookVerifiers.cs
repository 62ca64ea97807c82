using System.Diagnostics;
using System.Text.Json;

namespace DataHub.TestKit.Fixtures;

/// <summary>
/// Verifiers of webhooks in a process of their own: the npm packages standardwebhooks and svix, and one written from the specification.
/// <c>build/test.sh</c> installs them.
/// </summary>
public sealed class WebhookVerifiers : IDisposable
{
    private readonly Process _process;

    public WebhookVerifiers()
    {
        var folder = Path.Combine(Repository.Root, "tests", "WebhookVerifiers");
        if (!Directory.Exists(Path.Combine(folder, "node_modules")))
        {
            throw new InvalidOperationException($"The verifiers are not installed; run: npm ci --prefix {folder}");
        }

        var start = new ProcessStartInfo("node") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        start.ArgumentList.Add("verify.mjs");
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
    }

    /// <summary>What each verifier says: <c>valid</c>, or <c>refused: …</c>.</summary>
    public async Task<IReadOnlyDictionary<string, string>> AskAsync(string secret, IReadOnlyDictionary<string, string> headers, byte[] body)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { secret, headers, body }));
        await _process.StandardInput.FlushAsync();
        var line = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The verifiers have ended.");
        return JsonSerializer.Deserialize<Dictionary<string, string>>(line)!;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
