using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks.Hostile;

/// <summary>Whatever stands in a body, the answer blames the caller: never a 5xx, whichever field it is in.</summary>
public class HostileBodyTests : WebhooksFixture
{
    private const string Types = "/api/v1/webhooks/event-types";
    private const string Events = "/api/v1/webhooks/events";
    private const string Jobs = "/api/v1/webhooks/jobs";

    private static readonly string s_long = new('x', 1024 * 1024);
    private static readonly string s_deep = string.Concat(Enumerable.Repeat("{\"a\":", 60)) + "1" + new string('}', 60);

    // JSON, as it stands in the body.
    private static readonly (string Name, string Json)[] s_values =
    [
        ("null", "null"), ("list", "[]"), ("object", "{}"), ("one", "1"), ("minus", "-1"), ("huge", "1e400"), ("many digits", new string('9', 400)), ("fraction", "1.5"), ("true", "true"),
        ("empty", "\"\""), ("nul", "\"a\\u0000b\""), ("half a pair", "\"a\\ud800b\""), ("line break", "\"a\\r\\nX-Evil: 1\""), ("long", $"\"{s_long}\""), ("list of null", "[null]"),
        ("list of nul", "[\"\\u0000\"]"), ("list of halves", "[\"\\udc00\"]"), ("named nul", "{\"a\\u0000\":\"\\u0000\"}"), ("named half", "{\"\\ud800\":1}"), ("value half", "{\"a\":\"\\ud800\"}"),
        ("deep", s_deep), ("twice", "{\"a\":1,\"a\":2}"), ("date before all", "\"0001-01-01T00:00:00Z\""), ("date after all", "\"9999-12-31T23:59:59.9999999Z\""), ("date out of range", "\"0001-01-01T00:00:00+14:00\""),
        ("nested list", "[[[[1]]]]"), ("number as word", "\"1\""), ("word", "\"full\""), ("pick half", "{\"pick\":[\"a\\ud800\"]}"), ("rename half", "{\"rename\":{\"a\":\"\\ud800\"}}"),
        ("template half", "{\"template\":{\"a\":\"\\ud800\"}}"), ("template named half", "{\"template\":{\"\\ud800\":1}}"), ("template nul", "{\"template\":{\"a\":\"\\u0000\"}}"), ("eq half", "{\"a\":{\"$eq\":\"\\ud800\"}}"),
        ("in half", "{\"a\":{\"$in\":[\"\\ud800\"]}}"), ("starts with half", "{\"a\":{\"$startsWith\":\"\\ud800\"}}"), ("header line break", "{\"X-A\":\"a\\r\\nX-Evil: 1\"}"), ("header nul", "{\"X-A\":\"\\u0000\"}"),
    ];

    private static readonly string[] s_bodies =
    [
        "null", "[]", "\"x\"", "1", "{", "[{}]", "{\"\\ud800\":1}", "{\"a\":1}", "{\"url\":1,\"url\":2}", s_deep, "{} x", "// a", "\u0001", $"\"{s_long}\"", $"{{\"description\":\"{s_long}\"}}", new string('[', 500),
    ];

    [Test]
    public async Task Subscription_AnyFieldAnything_IsRefusedOrTaken()
    {
        var id = (await NewSubscriptionAsync("order.created")).Id;
        var whole = """{"url":"https://partner.example/h","eventTypes":["order.created"]}""";
        string[] fields =
        [
            "url", "eventTypes", "description", "filter", "mapping", "payload", "keyId", "headers", "authentication", "timeoutSeconds", "maxConcurrency", "ratePerSecond", "retry", "order", "autoDisable", "unknown",
            "retry/scheduleSeconds", "retry/retryCount", "retry/baseSeconds", "authentication/kind", "authentication/user", "authentication/tokenUrl", "authentication/clientId", "authentication/scope",
            "authentication/certificate", "authentication/secret",
        ];
        var faults = new List<string>();
        foreach (var field in fields)
        {
            foreach (var (name, json) in s_values)
            {
                await TryAsync(faults, HttpMethod.Post, Subscriptions, With(whole, field, json), $"POST {field} = {name}");
                await TryAsync(faults, HttpMethod.Patch, $"{Subscriptions}/{id}", With("{}", field, json), $"PATCH {field} = {name}");
            }
        }

        faults.Should().BeEmpty();
    }

    [TestCase("basic", "\"user\":\"u\",")]
    [TestCase("bearer", "")]
    [TestCase("client-credentials", "\"tokenUrl\":\"https://id.example/token\",\"clientId\":\"c\",")]
    [TestCase("mutual-tls", "\"certificate\":\"-----BEGIN CERTIFICATE-----\\u0000\",")]
    public async Task SignIn_AnySecret_IsRefusedOrTaken(string kind, string rest)
    {
        var faults = new List<string>();
        foreach (var (name, json) in s_values)
        {
            var body = $$$"""{"url":"https://partner.example/h","eventTypes":["order.created"],"authentication":{"kind":"{{{kind}}}",{{{rest}}}"secret":{{{json}}}}}""";
            await TryAsync(faults, HttpMethod.Post, Subscriptions, body, $"{kind} = {name}");
        }

        faults.Should().BeEmpty();
    }

    [Test]
    public async Task EventType_AnyFieldAnything_IsRefusedOrTaken()
    {
        var name = NewName("hostile") + ".x";
        (await Admin.PostAsync(Types, new { name })).Is(HttpStatusCode.Created);
        string[] keywords =
        [
            "$schema", "$id", "$ref", "$defs", "definitions", "title", "default", "examples", "deprecated", "type", "enum", "const", "format", "properties", "required", "additionalProperties", "minProperties", "items",
            "minItems", "uniqueItems", "minLength", "maxLength", "minimum", "exclusiveMinimum", "multipleOf", "allOf", "anyOf", "not",
        ];
        var faults = new List<string>();
        foreach (var field in (string[])["name", "description", "schema", "example", "scope", "deprecated", "archived", .. keywords.Select(k => "schema/" + k), .. keywords.Select(k => "schema/properties/a/" + k)])
        {
            foreach (var (what, json) in s_values)
            {
                var body = With(field.StartsWith("schema/", StringComparison.Ordinal) ? """{"example":{"a":5,"n":1e300}}""" : "{}", field, json);
                await TryAsync(faults, HttpMethod.Put, $"{Types}/{name}", field == "name" ? "{}" : body, $"PUT {field} = {what}");
                await TryAsync(faults, HttpMethod.Post, Types, field == "name" ? With("{}", "name", json) : $"{{\"name\":\"{NewName("h")}.x\",{body[1..]}", $"POST {field} = {what}");
            }
        }

        faults.Should().BeEmpty();
    }

    [Test]
    public async Task Event_AnyFieldAnything_IsRefusedOrTaken()
    {
        var typed = NewName("typed") + ".x";
        var schema = """{"type":"object","properties":{"a":{"minimum":1,"maximum":10,"multipleOf":0.5},"b":{"type":"string","maxLength":5,"format":"date-time"},"c":{"type":"array","uniqueItems":true,"items":{"type":"integer"}}}}""";
        (await Admin.PostAsync(Types, $$$"""{"name":"{{{typed}}}","schema":{{{schema}}}}""")).Is(HttpStatusCode.Created);
        var faults = new List<string>();
        foreach (var type in new[] { "order.created", typed })
        {
            var whole = $$$"""{"type":"{{{type}}}","data":{}}""";
            foreach (var field in new[] { "type", "data", "data/a", "data/b", "data/c", "data/\\ud800", "timestamp", "idempotencyKey", "events" })
            {
                foreach (var (name, json) in s_values)
                {
                    await TryAsync(faults, HttpMethod.Post, Events, With(whole, field, json), $"{type} {field} = {name}");
                    await TryAsync(faults, HttpMethod.Post, Events, $$$"""{"events":[{{{With(whole, field, json)}}},{{{json}}}]}""", $"{type} batch {field} = {name}");
                }
            }
        }

        faults.Should().BeEmpty();
    }

    [Test]
    public async Task Replay_AnyFieldAnything_IsRefusedOrTaken()
    {
        var id = (await NewSubscriptionAsync("order.created")).Id;
        var faults = new List<string>();
        foreach (var field in new[] { "since", "until", "kind", "eventType", "outcomes", "subscriptionId" })
        {
            foreach (var (name, json) in s_values)
            {
                var body = With("""{"since":"2026-11-20T00:00:00Z"}""", field, json);
                await TryAsync(faults, HttpMethod.Post, $"{Subscriptions}/{id}:recover?dryRun=true", body, $"recover {field} = {name}");
                await TryAsync(faults, HttpMethod.Post, $"{Jobs}?dryRun=true", body, $"job {field} = {name}");
            }
        }

        faults.Should().BeEmpty();
    }

    [Test]
    public async Task Endpoints_BodiesThatAreNone_Are4xx()
    {
        var (_, _, holder) = await NewHolderAsync("order:read");
        var id = (await NewSubscriptionAsync("order.created")).Id;
        var own = (await holder.PostAsync(Own, Body("order.created"))).Id;
        var name = NewName("body") + ".x";
        (await Admin.PostAsync(Types, new { name })).Is(HttpStatusCode.Created);
        (HttpMethod Method, string Path)[] ofAdmin =
        [
            (HttpMethod.Post, Subscriptions), (HttpMethod.Put, $"{Subscriptions}/{id}"), (HttpMethod.Patch, $"{Subscriptions}/{id}"), (HttpMethod.Post, $"{Subscriptions}/{id}:rotate-secret"),
            (HttpMethod.Post, $"{Subscriptions}/{id}:revoke-secret"), (HttpMethod.Post, $"{Subscriptions}/{id}:test"), (HttpMethod.Post, $"{Subscriptions}/{id}:recover"), (HttpMethod.Post, Types),
            (HttpMethod.Put, $"{Types}/{name}"), (HttpMethod.Patch, $"{Types}/{name}"), (HttpMethod.Post, Events), (HttpMethod.Post, Jobs),
        ];
        (HttpMethod Method, string Path)[] ofHolder =
        [
            (HttpMethod.Post, Own), (HttpMethod.Post, $"{Own}/register"), (HttpMethod.Post, $"{Own}/test"), (HttpMethod.Put, $"{Own}/{own}"), (HttpMethod.Patch, $"{Own}/{own}"), (HttpMethod.Post, $"{Own}/{own}:recover"),
        ];
        var faults = new List<string>();
        foreach (var body in s_bodies.Select(b => Encoding.UTF8.GetBytes(b)).Append([0x7B, 0x22, 0xFF, 0xFE, 0x22, 0x3A, 0x31, 0x7D]).Append([0x22, 0xED, 0xA0, 0x80, 0x22]).Append([0xFF, 0xFE, 0x7B, 0x00]))
        {
            foreach (var (method, path) in ofAdmin)
            {
                await TryAsync(faults, method, path, body, $"{method} {path}: {Encoding.Latin1.GetString(body.AsSpan(0, Math.Min(30, body.Length)))}", Admin.Http, mustRefuse: true);
            }

            foreach (var (method, path) in ofHolder)
            {
                await TryAsync(faults, method, path, body, $"{method} {path}: {Encoding.Latin1.GetString(body.AsSpan(0, Math.Min(30, body.Length)))}", holder.Http, mustRefuse: true);
            }
        }

        faults.Should().BeEmpty();
    }

    // As deep as it may be it can be read again; deeper it is refused.
    [TestCase(55, HttpStatusCode.Accepted)]
    [TestCase(57, HttpStatusCode.BadRequest)]
    [TestCase(62, HttpStatusCode.BadRequest)]
    public async Task Event_AsDeepAsItMayBe_CanBeShown(int depth, HttpStatusCode expected)
    {
        var data = string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth);

        var answer = (await Admin.PostAsync(Events, $"{{\"type\":\"deep.x\",\"data\":{data}}}")).Is(expected);

        if (expected == HttpStatusCode.Accepted)
        {
            (await Admin.GetAsync($"{Events}/{answer.Id}")).Is(HttpStatusCode.OK);
        }
        else
        {
            answer.Pointers.Should().Equal("/data");
        }
    }

    // Bytes that are no UTF-8, where the reader hands JSON on without looking into it.
    [Test]
    public async Task FreeJson_BytesThatAreNoText_Are400()
    {
        var id = (await NewSubscriptionAsync("order.created")).Id;
        var faults = new List<string>();
        foreach (var (path, body) in new[]
        {
            (Subscriptions, """{"url":"https://partner.example/h","eventTypes":["order.created"],"filter":{"a":"?"}}"""), (Subscriptions, """{"url":"https://partner.example/h","eventTypes":["order.created"],"mapping":{"template":{"?":1}}}"""),
            (Types, """{"name":"bytes.a","schema":{"title":"?"}}"""), (Types, """{"name":"bytes.b","example":{"?":1}}"""), (Types, """{"name":"bytes.c","schema":{"type":"object"},"example":{"a":"?"}}"""),
            (Events, """{"type":"bytes.x","data":{"a":"?"}}"""), (Events, """{"type":"bytes.x","data":{"?":1}}"""),
        })
        {
            var bytes = Encoding.UTF8.GetBytes(body);
            bytes[Array.IndexOf(bytes, (byte)'?')] = 0xFF;
            await TryAsync(faults, HttpMethod.Post, path, bytes, body, Admin.Http, mustRefuse: true);
            if (path == Subscriptions)
            {
                await TryAsync(faults, HttpMethod.Patch, $"{path}/{id}", bytes, body, Admin.Http, mustRefuse: false);
            }
        }

        faults.Should().BeEmpty();
    }

    private Task TryAsync(List<string> faults, HttpMethod method, string path, string body, string what) => TryAsync(faults, method, path, Encoding.UTF8.GetBytes(body), what, Admin.Http, mustRefuse: false);

    private static async Task TryAsync(List<string> faults, HttpMethod method, string path, byte[] body, string what, HttpClient http, bool mustRefuse)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        using var answer = await http.SendAsync(request);
        if ((int)answer.StatusCode >= 500 || (mustRefuse && (int)answer.StatusCode < 400 && !(path.EndsWith(":test", StringComparison.Ordinal) || path.EndsWith(":rotate-secret", StringComparison.Ordinal))))
        {
            faults.Add($"{what}: {(int)answer.StatusCode}");
        }
    }

    // Puts a member in, by hand: what it holds need not be JSON that anybody would write.
    private static string With(string whole, string field, string json)
    {
        var steps = field.Split('/');
        var inner = json;
        foreach (var step in steps.Skip(1).Reverse())
        {
            inner = $"{{\"{step}\":{inner}}}";
        }

        var rest = JsonNode.Parse(whole)!.AsObject();
        rest.Remove(steps[0]);
        var text = rest.ToJsonString();
        return $"{text[..^1]}{(rest.Count > 0 ? "," : "")}\"{steps[0]}\":{inner}}}";
    }
}
