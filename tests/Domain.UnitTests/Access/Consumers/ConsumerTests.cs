using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Access.Metadata;
using DataHub.Domain.SharedKernel;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Access.Consumers;

public class ConsumerTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void Suspend_Twice_KeepsTheFirstInstantAndTheLastReason()
    {
        var consumer = Create();

        consumer.Suspend("unpaid", Noon);
        consumer.Suspend("abuse", Noon.AddDays(1));

        consumer.SuspendedAt.Should().Be(Noon);
        consumer.SuspendedReason.Should().Be("abuse");
    }

    [Test]
    public void Resume_Suspended_ForgetsTheSuspension()
    {
        var consumer = Create();
        consumer.Suspend("unpaid", Noon);

        consumer.Resume(Noon.AddDays(1));

        consumer.SuspendedAt.Should().BeNull();
        consumer.SuspendedReason.Should().BeNull();
        consumer.UpdatedAt.Should().Be(Noon.AddDays(1));
    }

    [Test]
    public void Update_BrokenRule_IsRefusedAndChangesNothing()
    {
        var consumer = Create();

        var update = () => consumer.Update(Settings("new", new Dictionary<string, string> { [""] = "x" }), Noon);

        update.Should().Throw<DomainException>().Which.Pointer.Should().Be("/metadata");
        consumer.Name.Should().Be("Acme");
    }

    [Test]
    public void MetadataViolation_Bounds_AreInclusive()
    {
        MetadataRules.Violation(Entries(50)).Should().BeNull();
        MetadataRules.Violation(Entries(51)).Should().NotBeNull();
        MetadataRules.Violation(new Dictionary<string, string> { [new string('k', 64)] = new string('v', 500) }).Should().BeNull();
        MetadataRules.Violation(new Dictionary<string, string> { [new string('k', 65)] = "v" }).Should().NotBeNull();
        MetadataRules.Violation(new Dictionary<string, string> { ["k"] = new string('v', 501) }).Should().NotBeNull();
        MetadataRules.Violation(new Dictionary<string, string> { ["k"] = null! }).Should().NotBeNull();
        MetadataRules.Violation(new Dictionary<string, string> { ["k"] = "a\0b" }).Should().NotBeNull();
        MetadataRules.Violation(new Dictionary<string, string> { ["k\n"] = "v" }).Should().NotBeNull();
    }

    private static Consumer Create() => Consumer.Create(new ConsumerId(Guid.CreateVersion7()), Settings("Acme"), Noon);

    private static ConsumerSettings Settings(string name, Dictionary<string, string>? metadata = null) =>
        new(name, ConsumerSegment.Partner, null, null, metadata ?? []);

    private static Dictionary<string, string> Entries(int count) => Enumerable.Range(0, count).ToDictionary(i => $"k{i}", _ => "v");
}
