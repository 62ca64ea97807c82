using DataHub.Infrastructure.Observability.Audit;
using DataHub.TestKit.Clocks;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Observability.Audit;

public class RepeatedAttemptsTests
{
    private static readonly AuditDraft Attempt = AuditNode.Draft() with { ActorKind = "anonymous", ActorId = "anonymous", Result = "denied", ResourceId = "GET /keys" };

    [Test]
    public void Admit_EqualOnesWithinAMinute_AreCountedIntoOne()
    {
        var clock = new ManualClock();
        var attempts = new RepeatedAttempts(clock);

        attempts.Admit(Attempt).Should().NotBeNull("the first is recorded at once");
        for (var i = 0; i < 500; i++)
        {
            attempts.Admit(Attempt with { RequestId = $"req_{i}" }).Should().BeNull();
        }

        attempts.TakeDue(all: false).Should().BeEmpty();
        clock.Advance(TimeSpan.FromMinutes(1));
        attempts.TakeDue(all: false).Should().ContainSingle().Which.Count.Should().Be(500);
        attempts.Admit(Attempt).Should().NotBeNull("a new minute begins");
    }

    [Test]
    public void Admit_OtherActorAddressOrEndpoint_IsRecordedByItself()
    {
        var attempts = new RepeatedAttempts(new ManualClock());
        AuditDraft[] different =
        [
            Attempt, Attempt with { ClientIp = "192.0.2.9" }, Attempt with { ResourceId = "GET /users" }, Attempt with { ActorKind = "user", ActorId = "usr_2" }, Attempt with { Code = "api_key_invalid" },
        ];

        different.Select(attempts.Admit).Should().NotContainNulls();
        attempts.Admit(Attempt with { ActorKind = "user", ActorId = "usr_2", ClientIp = "192.0.2.9" }).Should().BeNull("who is known is known from anywhere");
    }

    [Test]
    public void Admit_OtherDetails_IsRecordedByItselfAndItsRepetitionsAreCounted()
    {
        var clock = new ManualClock();
        var attempts = new RepeatedAttempts(clock);

        for (var i = 0; i < 30; i++)
        {
            attempts.Admit(SignIn(i)).Should().NotBeNull("nobody else has tried this address");
            attempts.Admit(SignIn(i)).Should().BeNull();
        }

        clock.Advance(TimeSpan.FromMinutes(1));
        attempts.TakeDue(all: false).Select(d => (d.Details, d.Count)).Should().BeEquivalentTo(Enumerable.Range(0, 30).Select(i => (SignIn(i).Details, 1)));
    }

    [Test]
    public void Admit_MoreDetailsThanAreToldApart_AreCountedIntoOneOfTheirCaller()
    {
        var clock = new ManualClock();
        var attempts = new RepeatedAttempts(clock);

        var recorded = Enumerable.Range(0, 10_000).Count(i => attempts.Admit(SignIn(i)) is not null);

        recorded.Should().Be(RepeatedAttempts.DetailsPerCaller + 1, "a caller cannot fill the trail with addresses that it makes up");
        attempts.Admit(SignIn(0) with { ClientIp = "192.0.2.9" }).Should().NotBeNull("another caller has room of its own");
        clock.Advance(TimeSpan.FromMinutes(1));
        var rest = attempts.TakeDue(all: false).Should().ContainSingle().Subject;
        (recorded + rest.Count).Should().Be(10_000, "every attempt is counted");
        rest.ActorId.Should().Be("anonymous");
        rest.Details.Should().Be(SignIn(9_999).Details, "the latest one stands for all of them");
    }

    [Test]
    public void Admit_DetailsFromManyAddresses_LeaveRoomForOtherAttempts()
    {
        var attempts = new RepeatedAttempts(new ManualClock());

        for (var i = 0; i < 1000; i++)
        {
            attempts.Admit(SignIn(i) with { ClientIp = $"192.0.2.{i / 100}" });
        }

        attempts.Admit(Attempt with { ClientIp = "192.0.2.99" })!.ActorId.Should().Be("anonymous");
    }

    [Test]
    public void Admit_MoreDifferentOnesThanAreKept_AreCountedTogether()
    {
        var clock = new ManualClock();
        var attempts = new RepeatedAttempts(clock);

        var recorded = Enumerable.Range(0, 10_000).Count(i => attempts.Admit(Attempt with { ClientIp = $"2001:db8::{i:x}" }) is not null);

        recorded.Should().BeLessThanOrEqualTo(RepeatedAttempts.Capacity + 1, "an attacker cannot fill the table");
        clock.Advance(TimeSpan.FromMinutes(1));
        var rest = attempts.TakeDue(all: false).Should().ContainSingle().Subject;
        (recorded + rest.Count).Should().Be(10_000, "every attempt is counted");
        rest.ActorId.Should().Be("various");
    }

    [Test]
    public void Owe_NotRecorded_IsCountedInItsMinute()
    {
        var clock = new ManualClock();
        var attempts = new RepeatedAttempts(clock);

        attempts.Owe(attempts.Admit(Attempt)!);

        clock.Advance(TimeSpan.FromMinutes(1));
        attempts.TakeDue(all: false).Should().ContainSingle().Which.Count.Should().Be(1);
    }

    private static AuditDraft SignIn(int person) => Attempt with { Action = "session.sign-in", ResourceType = "user", ResourceId = null, Details = $$"""{"email":"p{{person}}@example.com"}""" };
}
