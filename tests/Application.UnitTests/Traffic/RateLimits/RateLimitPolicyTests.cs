using DataHub.Application.Traffic.Contracts;
using DataHub.Application.Traffic.RateLimits;
using DataHub.TestKit.Builders;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Application.UnitTests.Traffic.RateLimits;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class RateLimitPolicyTests
{
    private readonly CompiledTier _tier = LimitBuilder.Tier(
        new LimitBuilder { Name = "minute" }, new LimitBuilder { Name = "trial", Shadow = true });

    private readonly RateLimitTallies _tallies = new();
    private readonly StubCounters _local = new();
    private readonly StubShared _shared = new();

    [Test]
    public async Task Decide_UnlimitedTier_AsksNobody()
    {
        var request = LimitBuilder.Request(CompiledTier.Unlimited);
        request.Degraded = true;
        request.RetryAfterSeconds = 9;

        (await Policy(shared: true).DecideAsync(request, CancellationToken.None)).Should().BeTrue();

        (_local.Asked + _shared.Asked).Should().Be(0);
        request.Should().BeEquivalentTo(new { Allowed = true, Degraded = false, RetryAfterSeconds = 0, Count = 0 });
    }

    [TestCase(CounterVerdict.Allowed, true)]
    [TestCase(CounterVerdict.Denied, false)]
    public async Task Decide_SharedStoreAnswers_TakesItsVerdict(CounterVerdict verdict, bool allowed)
    {
        _shared.Verdict = verdict;
        var request = LimitBuilder.Request(_tier);

        (await Policy(shared: true).DecideAsync(request, CancellationToken.None)).Should().Be(allowed);

        request.Allowed.Should().Be(allowed);
        request.Degraded.Should().BeFalse();
        _local.Asked.Should().Be(0);
    }

    [Test]
    public async Task Decide_SharedStoreAway_AsksTheNodesShare()
    {
        _shared.Verdict = CounterVerdict.Unavailable;
        _shared.Share = new NodeShare(4, 2, 0.5);
        var request = LimitBuilder.Request(_tier);

        (await Policy(shared: true).DecideAsync(request, CancellationToken.None)).Should().BeTrue();

        _local.Share.Should().Be(new NodeShare(4, 2, 0.5));
        request.Degraded.Should().BeTrue();
        _tallies.All.Should().OnlyContain(t => t.Errors == 1);
    }

    [TestCase(StoreFailureAnswer.Allow, true, 0)]
    [TestCase(StoreFailureAnswer.Deny, false, 1)]
    public async Task Decide_SharedStoreAwayAndConfigured_AnswersThat(StoreFailureAnswer answer, bool allowed, int retryAfter)
    {
        _shared.Verdict = CounterVerdict.Unavailable;
        var request = LimitBuilder.Request(_tier);

        (await Policy(shared: true, answer).DecideAsync(request, CancellationToken.None)).Should().Be(allowed);

        request.RetryAfterSeconds.Should().Be(retryAfter);
        request.Count.Should().Be(0, "nothing is known, so nothing is shown");
        _local.Asked.Should().Be(0);
    }

    [Test]
    public async Task Decide_Always_CountsUnderEachLimit()
    {
        var policy = Policy(shared: false);
        var request = LimitBuilder.Request(_tier);
        await policy.DecideAsync(request, CancellationToken.None);
        _local.Denied = [false, true];
        await policy.DecideAsync(request, CancellationToken.None);
        (_local.Denied, _local.Verdict) = ([true, false], CounterVerdict.Denied);
        await policy.DecideAsync(request, CancellationToken.None);

        var minute = _tallies.All.Single(t => t.PolicyName == "test/minute");
        var trial = _tallies.All.Single(t => t.PolicyName == "test/trial");
        (minute.Allowed, minute.Denied, minute.ShadowDenied, minute.Errors).Should().Be((2, 1, 0, 0));
        (trial.Allowed, trial.Denied, trial.ShadowDenied, trial.Errors).Should().Be((1, 0, 1, 0));
    }

    // Counts outlive a snapshot: a tier that is compiled anew goes on with the old ones.
    [Test]
    public async Task Decide_TierCompiledAnew_GoesOnWithItsCounts()
    {
        var policy = Policy(shared: false);
        await policy.DecideAsync(LimitBuilder.Request(_tier), CancellationToken.None);
        await policy.DecideAsync(LimitBuilder.Request(LimitBuilder.Tier(_tier.Id, new LimitBuilder { Name = "minute", Limit = 99 })), CancellationToken.None);

        _tallies.All.Single(t => t.PolicyName == "test/minute").Allowed.Should().Be(2);
    }

    [Test]
    public void Decide_Local_AllocatesNothing()
    {
        var policy = Policy(shared: false);
        var request = LimitBuilder.Request(_tier);
        Decide(1_000);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Decide(1_000);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);

        void Decide(int times)
        {
            for (var i = 0; i < times; i++)
            {
                var decision = policy.DecideAsync(request, CancellationToken.None);
                if (!decision.IsCompletedSuccessfully || !decision.Result)
                {
                    throw new InvalidOperationException("It must complete at once.");
                }
            }
        }
    }

    private RateLimitPolicy Policy(bool shared, StoreFailureAnswer answer = StoreFailureAnswer.Local) =>
        new(new CounterStores(_local, shared ? _shared : null), answer, _tallies);

    private sealed class StubCounters : ILocalCounters
    {
        public CounterVerdict Verdict { get; set; }

        public bool[] Denied { get; set; } = [false, false];

        public int Asked { get; private set; }

        public NodeShare Share { get; private set; }

        public CounterVerdict Decide(RateLimitEvaluation evaluation, in NodeShare share)
        {
            Asked++;
            Share = share;
            for (var i = 0; i < evaluation.Count; i++)
            {
                evaluation[i].Denied = Denied[i];
            }

            return Verdict;
        }

        public ValueTask<CounterVerdict> DecideAsync(RateLimitEvaluation evaluation, CancellationToken cancellationToken) => new(Decide(evaluation, NodeShare.Whole));
    }

    private sealed class StubShared : ISharedCounters
    {
        public CounterVerdict Verdict { get; set; }

        public int Asked { get; private set; }

        public NodeShare Share { get; set; } = NodeShare.Whole;

        public async ValueTask<CounterVerdict> DecideAsync(RateLimitEvaluation evaluation, CancellationToken cancellationToken)
        {
            Asked++;
            await Task.Yield();
            return Verdict;
        }
    }
}
