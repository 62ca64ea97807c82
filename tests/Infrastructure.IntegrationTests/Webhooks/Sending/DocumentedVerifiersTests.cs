using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Sending;

/// <summary>What docs/how-to/verify-webhooks.md tells receivers to write, written and run.</summary>
public partial class DocumentedVerifiersTests
{
    private static readonly string Page = Repository.Read("docs/how-to/verify-webhooks.md");
    private static readonly string Secret = WebhookSecret.Format(SenderHarness.Key(1)), Other = WebhookSecret.Format(SenderHarness.Key(9));

    [TestCase(0)]
    [TestCase(1)]
    public async Task NodeServer_GenuineAndForged_AreToldApart(int number)
    {
        var code = Blocks("js")[number];
        using var harness = new SenderHarness();
        foreach (var (secret, status) in new[] { (Secret, 204), (Other, 401) })
        {
            var port = FreePort.Find();
            using var server = Start(code, secret, port);
            try
            {
                var url = $"http://127.0.0.1:{port}/";
                await Eventually.TrueAsync(async () => (await harness.SendAsync(url, "{\"type\":\"a.b\",\"data\":\"é😀\"}"u8.ToArray())).Status == status, $"the server answers {status}");
            }
            finally
            {
                server.Kill();
            }
        }
    }

    [Test]
    public async Task CSharp_GenuineAndForged_AreToldApart()
    {
        Lines(Blocks("csharp").Single()).Should().BeSubsetOf(Lines(Repository.Read("tests/Infrastructure.IntegrationTests/Webhooks/Sending/DocumentedVerifiersTests.cs")));

        using var harness = new SenderHarness();
        await using var receiver = new RawReceiver();
        await harness.SendAsync(receiver.Url, "{\"a\":\"é\"}"u8.ToArray());
        receiver.Requests.TryDequeue(out var request);
        var headers = new HeaderDictionary();
        request!.Names.ToList().ForEach(name => headers[name] = request.Header(name));

        IsGenuine(Secret, headers, request.Body).Should().BeTrue();
        IsGenuine(Other, headers, request.Body).Should().BeFalse();
        IsGenuine(Secret, headers, "{}"u8).Should().BeFalse();
        headers["webhook-timestamp"] = "1";
        IsGenuine(Secret, headers, request.Body).Should().BeFalse();
    }

    [Test]
    public void Example_OfThePage_IsOneThatVerifiersTake()
    {
        var values = Example().Matches(Page).Select(m => m.Groups[1].Value).ToList();
        var signed = Domain.Webhooks.Deliveries.StandardWebhooks.Sign(
            values[1], long.Parse(values[2], System.Globalization.CultureInfo.InvariantCulture), Encoding.UTF8.GetBytes(values[3]), [WebhookSecret.TryParse(values[0], out var key) ? key : []]);
        signed.Should().Be(values[4]);
    }

#pragma warning disable RS0030, IDE0040 // A receiver has the clock that it has, and the page shows no more than is needed.
    static bool IsGenuine(string secret, IHeaderDictionary headers, ReadOnlySpan<byte> body)
    {
        if (!long.TryParse(headers["webhook-timestamp"], out var timestamp) || Math.Abs(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - timestamp) > 300)
        {
            return false;
        }

        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{headers["webhook-id"]}.{timestamp}."), .. body];
        var expected = Encoding.ASCII.GetBytes("v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed)));
        return headers["webhook-signature"].ToString().Split(' ').Any(part => CryptographicOperations.FixedTimeEquals(expected, Encoding.ASCII.GetBytes(part)));
    }
#pragma warning restore RS0030, IDE0040

    /// <summary>The C# verifier of the page.</summary>
    internal static bool TakesIt(string secret, IHeaderDictionary headers, ReadOnlySpan<byte> body) => IsGenuine(secret, headers, body);

    internal static Process Start(string code, string secret, int port)
    {
        var start = new ProcessStartInfo("node") { WorkingDirectory = Path.Combine(Repository.Root, "tests", "WebhookVerifiers"), RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("--input-type=module");
        start.ArgumentList.Add("--eval");
        start.ArgumentList.Add(code);
        start.Environment["WEBHOOK_SECRET"] = secret;
        start.Environment["PORT"] = port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return Process.Start(start)!;
    }

    internal static List<string> Blocks(string language) => [.. Block().Matches(Page).Where(m => m.Groups[1].Value == language).Select(m => m.Groups[2].Value)];

    private static IEnumerable<string> Lines(string text) => text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 1);

    [GeneratedRegex("^```(\\w+)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^\| (?:secret|body|`webhook-(?:id|timestamp|signature)`) \| `([^`]+)` \|$", RegexOptions.Multiline)]
    private static partial Regex Example();
}
