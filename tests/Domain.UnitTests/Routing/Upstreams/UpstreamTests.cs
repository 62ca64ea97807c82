using DataHub.Domain.Routing;
using DataHub.Domain.Routing.Upstreams;
using DataHub.Domain.SharedKernel;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Routing.Upstreams;

public class UpstreamTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly UpstreamDefinition Valid = new("orders", Destinations: [new Destination("one", "http://one.internal:8080")]);

    [TestCase("http://one.internal:8080")]
    [TestCase("https://one.internal/base/path")]
    [TestCase("http://[::1]:8080")]
    [TestCase("HTTP://10.0.0.1")]
    public void Check_GoodUrl_IsTaken(string url) => WithUrl(url).Check().Should().BeEmpty();

    [TestCase("")]
    [TestCase("one.internal:8080")]
    [TestCase("/orders")]
    [TestCase("ftp://one.internal")]
    [TestCase("unix:/run/x.sock")]
    [TestCase("http://user:secret@one.internal")]
    [TestCase("http://one.internal/?a=1")]
    [TestCase("http://one.internal/#a")]
    [TestCase("http://one.internal/a b")]
    [TestCase("http:\\\\one.internal")]
    [TestCase("http://")]
    public void Check_BadUrl_PointsAtIt(string url) => WithUrl(url).Check().Should().ContainSingle().Which.Pointer.Should().Be("/destinations/0/url");

    [Test]
    public void Check_BadUrl_DoesNotRepeatTheSecret() => WithUrl("http://user:secret@one.internal").Check()[0].Message.Should().NotContain("secret");

    [Test]
    public void Check_SeveralMistakes_ListsAll()
    {
        var definition = Valid with
        {
            Name = "",
            HttpVersion = "3",
            ConnectTimeoutMs = 1,
            TimeoutSeconds = 0,
            Destinations = [new Destination("a", "http://a", 1001), new Destination("A", "http://b", -1)],
        };

        definition.Check().Select(f => f.Pointer).Should().BeEquivalentTo(
            "/name", "/httpVersion", "/connectTimeoutMs", "/timeoutSeconds", "/destinations/0/weight", "/destinations/1/weight", "/destinations/1/name");
    }

    [Test]
    public void AddDestination_NameTakenInOtherCase_Refuses()
    {
        var upstream = Create();

        var add = () => upstream.AddDestination(new Destination("ONE", "http://two"), Now);

        add.Should().Throw<DomainException>().Which.Error.Should().Be(RoutingErrors.NameTaken);
        upstream.Destinations.Should().HaveCount(1);
    }

    [Test]
    public void AddDestination_Bad_PointsIntoTheBody()
    {
        var add = () => Create().AddDestination(new Destination("two", "x"), Now);

        add.Should().Throw<DomainException>().Which.Faults.Should().ContainSingle().Which.Pointer.Should().Be("/url");
    }

    [Test]
    public void RemoveDestination_Unknown_IsNotFound()
    {
        var upstream = Create();
        upstream.RemoveDestination("One", Now);
        upstream.Destinations.Should().BeEmpty();

        var again = () => upstream.RemoveDestination("one", Now);

        again.Should().Throw<DomainException>().Which.Error.Should().Be(RoutingErrors.NotFound);
    }

    private static UpstreamDefinition WithUrl(string url) => Valid with { Destinations = [new Destination("one", url)] };

    private static Upstream Create() => Upstream.Create(new UpstreamId(Guid.CreateVersion7(Now)), Valid, Now);
}
