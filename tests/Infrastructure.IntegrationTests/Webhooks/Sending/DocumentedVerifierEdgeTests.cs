using System.Diagnostics;
using System.Globalization;
using System.Text;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Sending;

/// <summary>The verifiers that docs/how-to/verify-webhooks.md tells receivers to write, at the edges: several signatures, versions nobody knows, five minutes.</summary>
public class DocumentedVerifierEdgeTests
{
    private const string Id = "evt_01jd0000000000000000000000";
    private const string Body = "{\"a\":\"é\"}";
    private const string Stranger = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    private static readonly string Secret = WebhookSecret.Format(SenderHarness.Key(1));

    // {0} is the signature, {1} its base64.
    private static readonly (string Form, bool Valid)[] Forms =
    [
        ("{0}", true), ("v1a,bm9uZQ== {0}", true), ("{0} v1a,bm9uZQ==", true), (Stranger + " v1a,bm9uZQ== v9,x {0}", true),
        ("v1a,{1}", false), ("v1a,{1} " + Stranger, false), ("{1}", false), ("v1 {1}", false),
    ];

    [Test]
    public void CSharp_SeveralSignatures_OneThatMatchesIsEnough()
    {
        foreach (var (form, valid) in Forms)
        {
            var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
            Asked(now, form).Should().Be(valid, form);
        }
    }

    [TestCase(-301, false)]
    [TestCase(-300, true)]
    [TestCase(300, true)]
    [TestCase(301, false)]
    public void CSharp_TimeOfTheAttempt_IsGoodForThreeHundredSeconds(int seconds, bool valid)
    {
        while (true)
        {
            var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
            var said = Asked(now + seconds, "{0}");
            if (TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() == now)
            {
                said.Should().Be(valid);
                return;
            }
        }
    }

    [TestCase(0)]
    [TestCase(1)]
    public async Task NodeServer_AtTheEdges_TellsThemApart(int number)
    {
        var port = FreePort.Find();
        using var server = DocumentedVerifiersTests.Start(DocumentedVerifiersTests.Blocks("js")[number], Secret, port);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
        try
        {
            await Eventually.TrueAsync(async () => await PostAsync(client, 0, "{0}") == 204, "the server answers");
            foreach (var (form, valid) in Forms)
            {
                (await PostAsync(client, 0, form) == 204).Should().Be(valid, form);
            }

            foreach (var (seconds, valid) in ((int, bool)[])[(-305, false), (-295, true), (295, true), (305, false)])
            {
                (await PostAsync(client, seconds, "{0}") == 204).Should().Be(valid, $"{seconds} s");
            }
        }
        finally
        {
            server.Kill();
        }
    }

    [Test]
    public async Task Python_AtTheEdges_TellsThemApart()
    {
        var start = new ProcessStartInfo("python3") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add("-");
        using var python = StartOrIgnore(start);
        var script = new StringBuilder(DocumentedVerifiersTests.Blocks("python").Single()).Append('\n');
        var expected = new List<string>();
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        foreach (var (at, form, valid) in Forms.Select(f => (now, f.Form, f.Valid)).Concat([(now - 310, "{0}", false), (now - 280, "{0}", true), (now + 280, "{0}", true), (now + 310, "{0}", false)]))
        {
            var headers = $"{{'webhook-id': '{Id}', 'webhook-timestamp': '{at}', 'webhook-signature': '{Signatures(at, form)}'}}";
            script.Append(CultureInfo.InvariantCulture, $"print(is_genuine('{Secret}', {headers}, '{Body}'.encode()))\n");
            expected.Add(valid ? "True" : "False");
        }

        await python.StandardInput.WriteAsync(script);
        python.StandardInput.Close();
        (await python.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Should().Equal(expected);
    }

    private static Process StartOrIgnore(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Ignore("Python is not installed here.");
            throw;
        }
    }

    private static bool Asked(long at, string form) => DocumentedVerifiersTests.TakesIt(
        Secret, new HeaderDictionary { ["webhook-id"] = Id, ["webhook-timestamp"] = at.ToString(CultureInfo.InvariantCulture), ["webhook-signature"] = Signatures(at, form) }, Encoding.UTF8.GetBytes(Body));

    private static async Task<int> PostAsync(HttpClient client, int seconds, string form)
    {
        var at = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + seconds;
        using var request = new HttpRequestMessage(HttpMethod.Post, "") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Body)) };
        request.Headers.TryAddWithoutValidation("webhook-id", Id);
        request.Headers.TryAddWithoutValidation("webhook-timestamp", at.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("webhook-signature", Signatures(at, form));
        try
        {
            using var answer = await client.SendAsync(request);
            return (int)answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }

    private static string Signatures(long at, string form)
    {
        var signature = StandardWebhooks.Sign(Id, at, Encoding.UTF8.GetBytes(Body), [SenderHarness.Key(1)]);
        return string.Format(CultureInfo.InvariantCulture, form, signature, signature[3..]);
    }
}
