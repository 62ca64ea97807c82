using DataHub.Domain.Webhooks.Deliveries;
using FluentAssertions;
using FluentAssertions.Extensions;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Webhooks.Deliveries;

public class BreakerTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly AttemptFacts Bad = new(AttemptClass.Timeout), Good = new(AttemptClass.Success, 200), Refusal = new(AttemptClass.Status, 404);

    [Test]
    public void Record_TenFailures_OpensAtTheTenth()
    {
        var breaker = new Breaker();
        Run(breaker, Bad, 9, Noon).Should().Be(BreakerChange.None);
        Run(breaker, Bad, 1, Noon).Should().Be(BreakerChange.Opened);
        breaker.State.Should().Be(new BreakerState(BreakerPhase.Open, Noon + 30.Seconds(), 1));
        breaker.TryEnter(Noon + 29.Seconds()).Should().Be(BreakerPass.Refused);
    }

    [TestCase(3, 7, false)]
    [TestCase(2, 8, true)]
    public void Record_SomeSuccesses_OpensAtFourFifths(int good, int bad, bool opens)
    {
        var breaker = new Breaker();
        Run(breaker, Good, good, Noon);
        (Run(breaker, Bad, bad, Noon) == BreakerChange.Opened).Should().Be(opens);
    }

    [Test]
    public void Record_FailuresOverMoreThanAMinute_DoNotOpen()
    {
        var breaker = new Breaker();
        Run(breaker, Bad, 9, Noon);
        Run(breaker, Bad, 5, Noon + 61.Seconds()).Should().Be(BreakerChange.None);
        Run(breaker, Bad, 5, Noon + 62.Seconds()).Should().Be(BreakerChange.Opened);
    }

    [TestCase(AttemptClass.Status, 400, false)]
    [TestCase(AttemptClass.Status, 404, false)]
    [TestCase(AttemptClass.Status, 408, true)]
    [TestCase(AttemptClass.Throttled, 429, true)]
    [TestCase(AttemptClass.Status, 500, true)]
    [TestCase(AttemptClass.Status, 503, true)]
    [TestCase(AttemptClass.Connect, null, true)]
    [TestCase(AttemptClass.Redirect, 302, false)]
    [TestCase(AttemptClass.Gone, 410, false)]
    [TestCase(AttemptClass.Blocked, null, false)]
    [TestCase(AttemptClass.Internal, null, false)]
    public void Record_ByClass_TripsOrNot(AttemptClass outcome, int? status, bool trips) =>
        (Run(new Breaker(), new(outcome, status), 20, Noon) == BreakerChange.Opened || Opened(outcome, status)).Should().Be(trips);

    [Test]
    public void TryEnter_AfterItsTime_LetsOneProbeThrough()
    {
        var breaker = Open();
        breaker.TryEnter(Noon + 30.Seconds()).Should().Be(BreakerPass.Probe);
        breaker.TryEnter(Noon + 30.Seconds()).Should().Be(BreakerPass.Refused);
        breaker.TryEnter(Noon + 10.Hours()).Should().Be(BreakerPass.Refused, "the probe is still under way");
    }

    [Test]
    public void Record_ProbesThatFail_DoubleTheTimeUpToTenMinutes()
    {
        var breaker = Open();
        var now = Noon;
        foreach (var seconds in (int[])[60, 120, 240, 480, 600, 600])
        {
            now = breaker.State.OpenUntil!.Value;
            breaker.Record(breaker.TryEnter(now), Bad, now).Should().Be(BreakerChange.Opened);
            (breaker.State.OpenUntil - now).Should().Be(seconds.Seconds());
        }
    }

    [Test]
    public void Record_ProbeThatIsAnswered_ClosesAndForgets()
    {
        foreach (var answer in (AttemptFacts[])[Good, Refusal])
        {
            var breaker = Open();
            breaker.Record(breaker.TryEnter(Noon + 31.Seconds()), answer, Noon + 31.Seconds()).Should().Be(BreakerChange.Closed);
            breaker.State.Should().Be(default(BreakerState));
            Run(breaker, Bad, 9, Noon + 32.Seconds()).Should().Be(BreakerChange.None);
        }
    }

    [Test]
    public void Record_LateResultsWhileOpen_ChangeNothing()
    {
        var breaker = Open();
        breaker.Record(BreakerPass.Normal, Good, Noon).Should().Be(BreakerChange.None);
        breaker.State.Phase.Should().Be(BreakerPhase.Open);
        breaker.TryEnter(Noon + 30.Seconds());
        breaker.Record(BreakerPass.Normal, Bad, Noon + 30.Seconds());
        breaker.State.Phase.Should().Be(BreakerPhase.HalfOpen);
    }

    [Test]
    public void Record_ProbeThatFailedByOurFault_LeavesTheNextOneToTry()
    {
        var breaker = Open();
        breaker.Record(breaker.TryEnter(Noon + 30.Seconds()), new(AttemptClass.Internal), Noon + 30.Seconds());
        breaker.TryEnter(Noon + 30.Seconds()).Should().Be(BreakerPass.Probe);
        breaker.Abandon(BreakerPass.Probe);
        breaker.TryEnter(Noon + 30.Seconds()).Should().Be(BreakerPass.Probe);
    }

    [Test]
    public void New_FromAStateWithAProbe_ForgetsTheProbe() =>
        new Breaker(new(BreakerPhase.HalfOpen, Noon, 3)).TryEnter(Noon).Should().Be(BreakerPass.Probe);

    private static bool Opened(AttemptClass outcome, int? status)
    {
        var breaker = new Breaker();
        Run(breaker, new(outcome, status), 10, Noon);
        return breaker.State.Phase == BreakerPhase.Open;
    }

    private static Breaker Open()
    {
        var breaker = new Breaker();
        Run(breaker, Bad, 10, Noon);
        return breaker;
    }

    private static BreakerChange Run(Breaker breaker, AttemptFacts facts, int times, DateTimeOffset at) =>
        Enumerable.Range(0, times).Select(_ => breaker.Record(BreakerPass.Normal, facts, at)).ToList()[^1];
}
