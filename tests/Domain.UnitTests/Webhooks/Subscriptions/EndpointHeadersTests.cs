using DataHub.Domain.Webhooks.Subscriptions;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Webhooks.Subscriptions;

public class EndpointHeadersTests
{
    [TestCase("X-Api-Key", "s3cret, with \"quotes\" and ~")]
    [TestCase("x_tenant.id", "1")]
    [TestCase("Referer", "https://example.com/?a=b")]
    public void Check_UsualHeader_IsFine(string name, string value) => Codes((name, value)).Should().BeEmpty();

    [TestCase("Connection")]
    [TestCase("transfer-encoding")]
    [TestCase("HOST")]
    [TestCase("Content-Length")]
    [TestCase("Content-Type")]
    [TestCase("Proxy-Authorization")]
    [TestCase("webhook-id")]
    [TestCase("Webhook-Signature")]
    [TestCase("svix-id")]
    [TestCase("X-DataHub-Event")]
    [TestCase("traceparent")]
    [TestCase("Cookie")]
    [TestCase("Authorization")]
    [TestCase("X-Forwarded-For")]
    [TestCase("Expect")]
    public void Check_ReservedName_IsRefused(string name) => Codes((name, "x")).Should().Equal("forbidden_header");

    [TestCase("")]
    [TestCase(":path")]
    [TestCase("a b")]
    [TestCase("a\r\nb")]
    [TestCase("naïve")]
    [TestCase("a:")]
    public void Check_BadName_IsRefused(string name) => Codes((name, "x")).Should().Equal("invalid_header");

    [TestCase("a\r\nX-Injected: 1")]
    [TestCase("a\nb")]
    [TestCase("a\0b")]
    [TestCase("a\tb")]
    [TestCase("\u010A", Description = "its low byte is a line feed")]
    [TestCase("é")]
    [TestCase(" a")]
    [TestCase("")]
    public void Check_BadValue_IsRefused(string value) => Codes(("X-A", value)).Should().Equal("invalid_header");

    [Test]
    public void Check_ValueNotKnown_JudgesTheNameOnly() => EndpointHeaders.Check([new("X-A", null)]).Should().BeEmpty();

    [Test]
    public void Check_TooManyTooLongOrTwice_IsRefused()
    {
        Codes([.. Enumerable.Range(0, 21).Select(i => ($"x-{i}", "v"))]).Should().Equal("out_of_range");
        Codes(("x-a", new string('a', 4_094))).Should().Equal("too_long");
        Codes(("x-a", new string('a', 4_093))).Should().BeEmpty();
        Codes(("x-a", "1"), ("X-A", "2")).Should().Equal("duplicate");
    }

    [Test]
    public void Check_Fault_PointsAtTheHeader() => EndpointHeaders.Check([new("a/b~c", "x")])[0].Pointer.Should().Be("/headers/a~1b~0c");

    private static IEnumerable<string> Codes(params (string Name, string Value)[] headers) =>
        EndpointHeaders.Check([.. headers.Select(h => KeyValuePair.Create(h.Name, (string?)h.Value))]).Select(f => f.Code);
}
