using System.Buffers.Text;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks.Hostile;

/// <summary>Whatever stands in a path or a query, the answer blames the caller: never a 5xx.</summary>
public class HostileQueryTests : WebhooksFixture
{
    private const string Webhooks = "/api/v1/webhooks/";

    private static readonly string[] s_values =
    [
        "", "%00", "a%00b", "%ff", "%ed%a0%80", new string('x', 4000), "0001-01-01", "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59.9999999Z", "-infinity", "5:00", "%25", "_", "%27;--", "1e9",
        "sub_00000000000000000000000000", "sub_zzzzzzzzzzzzzzzzzzzzzzzzzz", "order.*", ".*", ".", "..", "*", "true", "waiting", "--createdAt", "-createdAt", "createdAt", "eyJTIjoiIn0",
    ];

    [Test]
    public async Task Lists_AnyParameterAnything_IsRefusedOrTaken()
    {
        var (_, _, holder) = await NewHolderAsync("order:read");
        var own = (await holder.PostAsync(Own, Body("order.created"))).Id;
        (string Path, string[] Parameters, HttpClient Http)[] lists =
        [
            ("subscriptions", ["enabled", "verified", "key", "consumer", "eventType"], Admin.Http), ("event-types", ["builtIn"], Admin.Http), ("events", ["type", "source", "from", "to"], Admin.Http),
            ("deliveries", ["subscription", "event", "type", "state", "job", "from", "to"], Admin.Http), ("jobs", ["state"], Admin.Http), ("../self/webhooks", ["eventType", "key"], holder.Http),
            ($"../self/webhooks/deliveries?subscription={own}", ["type", "from"], holder.Http),
        ];
        var faults = new List<string>();
        foreach (var (path, parameters, http) in lists)
        {
            foreach (var parameter in (string[])["limit", "cursor", "sort", "q", .. parameters])
            {
                foreach (var value in s_values)
                {
                    await TryAsync(faults, http, $"{Webhooks}{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{parameter}={value}");
                }
            }
        }

        faults.Should().BeEmpty();
    }

    [Test]
    public async Task Paths_AnyId_AreNotFound()
    {
        var faults = new List<string>();
        foreach (var value in s_values.Where(v => v.Length is > 0 and < 1000 && v is not "." and not ".." && !v.Contains("%00", StringComparison.Ordinal)))
        {
            foreach (var place in new[] { "subscriptions/", "event-types/", "events/", "deliveries/", "jobs/", "../self/webhooks/" })
            {
                await TryAsync(faults, Admin.Http, $"{Webhooks}{place}{value}");
            }

            await TryAsync(faults, Admin.Http, $"{Webhooks}deliveries/{value}/attempts");
        }

        faults.Should().BeEmpty();
    }

    // A cursor is no secret: whoever has one can write another sort value into it.
    [TestCase("subscriptions?limit=1&sort=url", "a\0b")]
    [TestCase("subscriptions?limit=1", "5:00")]
    [TestCase("subscriptions?limit=1", "0001-01-01")]
    [TestCase("subscriptions?limit=1", "11/21/2026 10:00:00 +00:00")]
    [TestCase("subscriptions?limit=1", "Sat, 21 Nov 2026 10:00:00 GMT")]
    [TestCase("subscriptions?limit=1", "2026-11-21T24:00:00Z")]
    [TestCase("event-types?limit=1", "a\0b")]
    [TestCase("event-types?limit=1", "\ud800")]
    public async Task Cursor_WithAnotherSortValue_IsRefusedOrTaken(string list, string value)
    {
        await NewSubscriptionAsync("order.created");
        await NewSubscriptionAsync("order.created");
        var cursor = (string)(await Admin.GetAsync(Webhooks + list)).Is(HttpStatusCode.OK).Body["pagination"]!["nextCursor"]!;
        var inside = JsonNode.Parse(Base64Url.DecodeFromChars(cursor))!.AsObject();
        inside["S"] = value;
        var forged = Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(inside));

        var faults = new List<string>();
        await TryAsync(faults, Admin.Http, $"{Webhooks}{list}&cursor={forged}");

        faults.Should().BeEmpty();
    }

    private static async Task TryAsync(List<string> faults, HttpClient http, string path)
    {
        using var answer = await http.GetAsync(path);
        if ((int)answer.StatusCode >= 500)
        {
            faults.Add($"{path}: {(int)answer.StatusCode}");
        }
    }
}
