using DataHub.Domain.Webhooks.Events;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Webhooks.Events;

public class EventTypeTests
{
    private const string Schema = """{"type": "object", "properties": {"n": {"minimum": 1.0}}, "required": ["n"]}""";

    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [TestCase(Schema, 1)]
    [TestCase("""{"required":["n"],"properties":{"n":{"minimum":1}},"type":"object"}""", 1)]
    [TestCase("""{"required":["n"],"properties":{"n":{"minimum":2}},"type":"object"}""", 2)]
    [TestCase("""{"type":"object","properties":{"n":{"minimum":1.0}}}""", 2)]
    [TestCase(null, 1)]
    public void Replace_Schema_IsAnotherVersionWhenItSaysSomethingElse(string? schema, int version)
    {
        var type = EventType.Register(new EventTypeId(Guid.Empty), "order.created", Settings(Schema), Noon);

        type.Replace(Settings(schema), Noon.AddHours(1));

        (type.SchemaVersion, type.Schema, type.Deprecated).Should().Be((version, schema, true));
    }

    [Test]
    public void Register_WithoutSchema_HasNoVersion() =>
        EventType.Register(new EventTypeId(Guid.Empty), "order.created", Settings(null), Noon).SchemaVersion.Should().Be(0);

    private static EventTypeSettings Settings(string? schema) => new(null, schema, null, null, Deprecated: true, Archived: false);
}
