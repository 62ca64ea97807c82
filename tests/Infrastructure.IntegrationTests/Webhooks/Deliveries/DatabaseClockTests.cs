using DataHub.Infrastructure.Webhooks.Deliveries;
using DataHub.TestKit.Clocks;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Deliveries;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class DatabaseClockTests
{
    private readonly ManualClock _process = new();
    private readonly DateTimeOffset _start;
    private readonly DatabaseClock _clock;

    public DatabaseClockTests()
    {
        _clock = new DatabaseClock(_process);
        _start = _process.GetUtcNow().AddHours(-7);
        _clock.Set(_start);
    }

    [Test]
    public void Set_FirstAnswer_CountsWhateverTheClockOfTheProcessSays() => _clock.Now.Should().Be(_start);

    [Test]
    public void Now_TimePasses_GoesOn()
    {
        _process.Advance(TimeSpan.FromSeconds(3));

        _clock.Now.Should().Be(_start.AddSeconds(3));
    }

    [Test]
    public void Set_AnswerThatWasReadLate_ChangesNothing()
    {
        _process.Advance(TimeSpan.FromSeconds(3));
        _clock.Set(_start.AddSeconds(2.5));

        _clock.Now.Should().Be(_start.AddSeconds(3));
    }

    [TestCase(3.1, Description = "the one before was read later")]
    [TestCase(0.5, Description = "the clock was set back")]
    public void Set_AnswerThatNoDelayExplains_Counts(double seconds)
    {
        _process.Advance(TimeSpan.FromSeconds(3));
        _clock.Set(_start.AddSeconds(seconds));

        _clock.Now.Should().Be(_start.AddSeconds(seconds));
    }

    [Test]
    public void Set_BetterAnswerIsOld_Counts()
    {
        _process.Advance(TimeSpan.FromSeconds(61));
        _clock.Set(_start.AddSeconds(60));

        _clock.Now.Should().Be(_start.AddSeconds(60));
    }
}
