using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace DataHub.TestKit.Fixtures;

/// <summary>A person at the identity provider.</summary>
public sealed record OidcAccount(string Email, bool EmailVerified, string Name, params string[] Groups);

/// <summary>An identity provider of its own process: npm oidc-provider, which shares no line with what is tested. <c>build/test.sh</c> installs it.</summary>
public sealed partial class OidcProvider : IDisposable
{
    public const string ClientId = "datahub";
    public const string ClientSecret = "a secret: with % and +";

    /// <summary>The audience of access tokens for the gateway.</summary>
    public const string Gateway = "https://gateway.example";

    /// <summary>A resource of the same audience whose tokens live five seconds.</summary>
    public const string GatewayForFiveSeconds = "https://gateway.example/short";

    /// <summary>Another audience.</summary>
    public const string Elsewhere = "https://elsewhere.example";

    /// <summary>The client that gets access tokens for itself, and their subject.</summary>
    public const string Machine = "machine";

    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly int _port;
    private readonly string _redirectUri;
    private readonly Dictionary<string, OidcAccount> _accounts;
    private Process? _process;

    public OidcProvider(string redirectUri, Dictionary<string, OidcAccount> accounts)
    {
        (_port, _redirectUri, _accounts) = (FreePort.Find(), redirectUri, accounts);
        Authority = $"http://127.0.0.1:{_port}";
    }

    public string Authority { get; }

    /// <summary>Starts it, with new keys.</summary>
    public async Task StartAsync(string algorithm = "RS256", bool claimsInIdToken = false, bool basic = true)
    {
        var folder = Path.Combine(Repository.Root, "tests", "OidcProvider");
        if (!Directory.Exists(Path.Combine(folder, "node_modules")))
        {
            throw new InvalidOperationException($"The identity provider is not installed; run: npm ci --prefix {folder}");
        }

        var options = JsonSerializer.Serialize(new
        {
            port = _port,
            redirectUri = _redirectUri,
            algorithm,
            claimsInIdToken,
            basic,
            accounts = _accounts.ToDictionary(a => a.Key, a => JsonSerializer.SerializeToElement(a.Value, SnakeCase)),
        });
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        start.ArgumentList.Add("provider.mjs");
        start.ArgumentList.Add(options);
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("listening", StringComparison.Ordinal))
            {
                return;
            }
        }

        throw new InvalidOperationException("The identity provider did not start.");
    }

    public void Stop()
    {
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
        _process = null;
    }

    /// <summary>Signs in at the provider as a browser would, and returns the address that it sends the browser back to.</summary>
    public static async Task<Uri> SignInAsync(Uri authorization, string login)
    {
        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() });
        var next = authorization;
        for (var step = 0; step < 10; step++)
        {
            using var answer = await browser.GetAsync(next);
            if (answer.Headers.Location is { } location)
            {
                next = new Uri(next, location);
                if (next.Authority != authorization.Authority)
                {
                    return next;
                }

                continue;
            }

            var page = await answer.Content.ReadAsStringAsync();
            var form = Form().Match(page).Groups[1].Value;
            if (form.Length == 0)
            {
                throw new InvalidOperationException($"The provider shows no form: {(int)answer.StatusCode} {page[..Math.Min(page.Length, 500)]}");
            }

            using var posted = await browser.PostAsync(form, new FormUrlEncodedContent(new Dictionary<string, string> { ["prompt"] = "login", ["login"] = login, ["password"] = "any" }));
            next = new Uri(next, posted.Headers.Location!);
        }

        throw new InvalidOperationException("The provider goes round in circles.");
    }

    /// <summary>An access token for a machine (client credentials, RFC 6749 §4.4).</summary>
    public async Task<string> AccessTokenAsync(string resource = Gateway, string scope = "orders:read")
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, Authority + "/token");
        var credentials = $"{Machine}:{Uri.EscapeDataString(ClientSecret)}";
        request.Headers.Authorization = new("Basic", Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(credentials)));
        request.Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["resource"] = resource, ["scope"] = scope });
        using var answer = await http.SendAsync(request);
        var body = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode
            ? JsonDocument.Parse(body).RootElement.GetProperty("access_token").GetString()!
            : throw new InvalidOperationException($"The provider gives no token: {(int)answer.StatusCode} {body}");
    }

    public void Dispose() => Stop();

    [GeneratedRegex("action=\"([^\"]+)\"")]
    private static partial Regex Form();
}
