using DataHub.Application.Routing.Contracts;
using DataHub.Application.Routing.Routes;
using DataHub.Application.Routing.Snapshots;
using DataHub.Domain.Routing.Routes;
using DataHub.TestKit.Builders;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Routing.Routes;

/// <summary>What the explanation says, what the matcher says and what real traffic gets is one and the same.</summary>
public class RouteMatchAgreementTests
{
    private static readonly Dictionary<string, IReadOnlyList<string>> None = new(StringComparer.OrdinalIgnoreCase);
    private TestProxy _proxy = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _proxy = await TestProxy.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _proxy.DisposeAsync();

    private static RoutingDocumentBuilder Shop() => new RoutingDocumentBuilder()
        .WithRoute("all", change: r => r with { Order = 100 })
        .WithRoute("orders", "/orders/{**rest}")
        .WithRoute("order", "/orders/{id}")
        .WithRoute("order-int", "/orders/{id:int}")
        .WithRoute("search", "/orders/search")
        .WithRoute("refund", "/orders/{id}/refund", r => r with { Methods = ["POST"] })
        .WithRoute("early", "/early/{**rest}", r => r with { Order = 5 })
        .WithRoute("earlier", "/early/{id}", r => r with { Order = -5, Headers = [new ValueMatch("X-Beta", Mode: MatchMode.Exists)] })
        .WithRoute("get-only", "/only", r => r with { Methods = ["GET"] })
        .WithRoute("eu", "/region", r => r with { Headers = [new ValueMatch("X-Region", ["eu", "ch"])] })
        .WithRoute("us", "/region", r => r with { Headers = [new ValueMatch("X-Region", ["us"])] })
        .WithRoute("none", "/region")
        .WithRoute("not-there", "/absent", r => r with { Headers = [new ValueMatch("X-Region", Mode: MatchMode.NotExists)] })
        .WithRoute("clean", "/clean", r => r with { Headers = [new ValueMatch("X-Tag", ["bad"], MatchMode.NotContains)] })
        .WithRoute("prefix", "/prefix", r => r with { Headers = [new ValueMatch("X-Tag", ["a"], MatchMode.Prefix)] })
        .WithRoute("case", "/case", r => r with { Headers = [new ValueMatch("X-Tag", ["Aa"], CaseSensitive: true)] })
        .WithRoute("v2", "/v", r => r with { Query = [new ValueMatch("v", ["2"])] })
        .WithRoute("v-any", "/v", r => r with { Query = [new ValueMatch("v", Mode: MatchMode.Exists)], Order = 1 })
        .WithRoute("host", "/{**rest}", r => r with { Hosts = ["a.example.com"], Methods = ["GET"] })
        .WithRoute("host-admin", "/api/{**rest}", r => r with { Hosts = ["b.example.com"] })
        .WithRoute("wild", "/{**rest}", r => r with { Hosts = ["*.example.com"] })
        .WithRoute("wild-deep", "/{**rest}", r => r with { Hosts = ["*.eu.example.com"] })
        .WithRoute("off", "/off", r => r with { Enabled = false });

    [TestCase("GET", "x", "/", "", "all")]
    [TestCase("GET", "x", "/nothing/at/all", "", "all")]
    [TestCase("GET", "x", "/orders", "", "orders")]
    [TestCase("GET", "x", "/ORDERS/", "", "orders")]
    [TestCase("GET", "x", "/orders/a", "", "order")]
    [TestCase("GET", "x", "/orders/12", "", "order-int")]
    [TestCase("GET", "x", "/Orders/Search", "", "search")]
    [TestCase("POST", "x", "/orders/12/refund", "", "refund")]
    [TestCase("GET", "x", "/orders/12/refund", "", "orders")]
    [TestCase("GET", "x", "/early/a", "X-Beta: 1", "earlier")]
    [TestCase("GET", "x", "/early/a", "", "early")]
    [TestCase("POST", "x", "/only", "", "all")]
    [TestCase("GET", "x", "/region", "X-Region: CH", "eu")]
    [TestCase("GET", "x", "/region", "X-Region: us", "us")]
    [TestCase("GET", "x", "/region", "X-Region: xx", "none")]
    [TestCase("GET", "x", "/absent", "", "not-there")]
    [TestCase("GET", "x", "/absent", "X-Region: us", "all")]
    [TestCase("GET", "x", "/clean", "X-Tag: good", "clean")]
    [TestCase("GET", "x", "/clean", "X-Tag: a-bad-one", "all")]
    [TestCase("GET", "x", "/clean", "", "clean")]
    [TestCase("GET", "x", "/prefix", "X-Tag: Abc", "prefix")]
    [TestCase("GET", "x", "/case", "X-Tag: aa", "all")]
    [TestCase("GET", "x", "/case", "X-Tag: Aa", "case")]
    [TestCase("GET", "x", "/v?v=2", "", "v2")]
    [TestCase("GET", "x", "/v?V=3", "", "v-any")]
    [TestCase("GET", "x", "/off", "", "all")]
    [TestCase("GET", "a.example.com", "/orders/1", "", "host")]
    [TestCase("POST", "a.example.com", "/orders/1", "", "wild")]
    [TestCase("GET", "A.Example.Com", "/api/v1/keys", "", "host")]
    [TestCase("GET", "c.example.com", "/orders/1", "", "wild")]
    [TestCase("GET", "c.eu.example.com", "/orders/1", "", "wild-deep")]
    [TestCase("GET", "eu.example.com", "/orders/1", "", "wild")]
    [TestCase("GET", "example.com", "/orders/1", "", "order-int")]
    [TestCase("GET", "b.example.com", "/api/v1/keys", "", "host-admin")]
    [TestCase("GET", "x", "/api/v1/keys", "", "own")]
    public async Task Match_OfTheTable_IsTheSameThrice(string method, string host, string url, string header, string expected)
    {
        var snapshot = Shop().Compile();
        if ((await _proxy.ApplyAsync(snapshot)) is { } refused)
        {
            Assert.Fail(refused);
        }

        var probe = Probe(method, host, url, header);
        var real = Name(snapshot, await _proxy.SendAsync(probe));

        Name(snapshot, (await _proxy.MatchAsync(probe)).RouteId ?? "own").Should().Be(real);
        if (real != "own")
        {
            Explained(snapshot, probe).Should().Be(real);
        }

        real.Should().Be(expected);
    }

    // Small alphabets, so that routes overlap often. Configurations that are refused are skipped: those that are taken must agree.
    [Test]
    public async Task Match_OfManyConfigurations_AgreesWithTheExplanation()
    {
        var random = new Random(20260301);
        var taken = 0;
        for (var round = 0; round < 120; round++)
        {
            var builder = new RoutingDocumentBuilder();
            var routes = random.Next(2, 8);
            for (var i = 0; i < routes; i++)
            {
                builder.WithRoute("r" + i, RandomPath(random), r => RandomConditions(random, r));
            }

            if (SnapshotCompiler.Compile(builder.Build()).Snapshot is not { } snapshot)
            {
                continue;
            }

            taken++;
            (await _proxy.ApplyAsync(snapshot)).Should().BeNull();
            for (var i = 0; i < 25; i++)
            {
                var probe = RandomProbe(random);
                var answer = await _proxy.MatchAsync(probe);
                var said = Explained(snapshot, probe);
                (answer.RouteId is { } id ? Name(snapshot, id) : null).Should().Be(
                    said, "of {0} for {1} {2}{3} h={4} q={5}", string.Join(" | ", snapshot.Document.Routes.Select(r => System.Text.Json.JsonSerializer.Serialize(r.Definition, RoutingDocumentJson.Options))),
                    probe.Method, probe.Host, probe.Path, string.Join(",", probe.Headers.SelectMany(h => h.Value)), string.Join(",", probe.Query.SelectMany(h => h.Value)));
                if (i == 0)
                {
                    var real = await _proxy.SendAsync(probe);
                    Name(snapshot, real).Should().Be(said ?? real);
                }
            }
        }

        taken.Should().BeGreaterThan(30);
    }

    private static string? Explained(GatewaySnapshot snapshot, RouteProbe probe) =>
        SnapshotCompiler.ShapesOf(snapshot.Document).FirstOrDefault(s => RouteExplanation.FailuresOf(s, probe).Count == 0)?.Document.Definition.Name;

    private static string Name(GatewaySnapshot snapshot, string id) =>
        snapshot.Document.Routes.FirstOrDefault(r => r.Id.ToString() == id)?.Definition.Name ?? id;

    private static RouteProbe Probe(string method, string host, string url, string header)
    {
        var query = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);
        var parts = url.Split('?');
        if (parts.Length > 1)
        {
            query[parts[1].Split('=')[0]] = [parts[1].Split('=')[1]];
        }

        var headers = header.Length == 0 ? None : new(StringComparer.OrdinalIgnoreCase) { [header.Split(": ")[0]] = [header.Split(": ")[1]] };
        return new RouteProbe(method, host, parts[0], headers, query);
    }

    private static string RandomPath(Random random)
    {
        string[] segments = ["a", "b", "{x}", "{x:int}", "7"];
        var path = "";
        for (var i = random.Next(0, 3); i > 0; i--)
        {
            path += "/" + segments[random.Next(segments.Length)].Replace("x", "x" + i, StringComparison.Ordinal);
        }

        return random.Next(3) == 0 || path.Length == 0 ? path + "/{**rest}" : path;
    }

    private static RouteDefinition RandomConditions(Random random, RouteDefinition route)
    {
        string[][] hosts = [[], [], ["a.example.com"], ["*.example.com"], ["*.eu.example.com"], ["a.eu.example.com", "*.example.com"], ["b.org"]];
        string[][] methods = [[], [], ["GET"], ["POST"], ["GET", "POST"]];
        ValueMatch[][] matches = [[], [], [], [new ValueMatch("k", ["1"])], [new ValueMatch("k", ["2", "1"])], [new ValueMatch("k", ["1"], MatchMode.Prefix)], [new ValueMatch("k", Mode: MatchMode.Exists)], [new ValueMatch("k", ["1"], MatchMode.NotContains)], [new ValueMatch("k", ["2"], MatchMode.Contains)]];
        return route with
        {
            Hosts = hosts[random.Next(hosts.Length)],
            Methods = methods[random.Next(methods.Length)],
            Headers = random.Next(12) == 0 ? [new ValueMatch("k", Mode: MatchMode.NotExists)] : matches[random.Next(matches.Length)],
            Query = matches[random.Next(matches.Length)],
            Order = random.Next(4) == 0 ? random.Next(-1, 2) : 0,
        };
    }

    private static RouteProbe RandomProbe(Random random)
    {
        string[] hosts = ["a.example.com", "b.example.com", "a.eu.example.com", "c.eu.example.com", "b.org", "other"];
        string[] paths = ["/", "/a", "/b", "/7", "/a/b", "/a/7", "/7/a", "/b/b/b", "/c/d"];
        string?[] values = [null, null, "1", "2", "12", "3"];
        var header = values[random.Next(values.Length)];
        var query = values[random.Next(values.Length)];
        return new RouteProbe(
            random.Next(2) == 0 ? "GET" : "POST", hosts[random.Next(hosts.Length)], paths[random.Next(paths.Length)],
            header is null ? None : new(StringComparer.OrdinalIgnoreCase) { ["k"] = [header] },
            query is null ? None : new(StringComparer.OrdinalIgnoreCase) { ["k"] = [query] });
    }
}
