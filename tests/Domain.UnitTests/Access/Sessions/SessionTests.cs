using DataHub.Domain.Access.Sessions;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Access.Sessions;

public class SessionTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly SessionClient Client = new("203.0.113.1", "a browser");
    private static readonly SessionLifetimes Lifetimes = new(TimeSpan.FromDays(7), TimeSpan.FromDays(30), TimeSpan.FromSeconds(5));
    private static readonly byte[] Cover = [1, 2, 3];

    [Test]
    public void Refresh_CurrentToken_RotatesAndLivesSevenDaysMore()
    {
        var session = Open();

        session.Refresh(1, Cover, Client, Lifetimes, Now.AddDays(6)).Should().Be(RefreshVerdict.Rotated);

        session.Generation.Should().Be(2);
        session.Successor.Should().Equal(Cover);
        session.RefreshExpiresAt.Should().Be(Now.AddDays(13));
    }

    [Test]
    public void Refresh_TokenBefore_IsForgivenToTheSameClientForFiveSecondsOnly()
    {
        var session = Open();
        session.Refresh(1, Cover, Client, Lifetimes, Now);

        session.Refresh(1, [], Client, Lifetimes, Now.AddSeconds(5)).Should().Be(RefreshVerdict.Repeated);
        session.Successor.Should().Equal(Cover);
        session.EndedAt.Should().BeNull();
        session.Refresh(1, [], Client, Lifetimes, Now.AddSeconds(5).AddTicks(1)).Should().Be(RefreshVerdict.Reused);
        session.EndReason.Should().Be(SessionEnd.RefreshReused);
        session.Refresh(2, Cover, Client, Lifetimes, Now.AddSeconds(6)).Should().Be(RefreshVerdict.Ended);
    }

    [TestCase("203.0.113.2", "a browser")]
    [TestCase("203.0.113.1", "another")]
    public void Refresh_TokenBeforeByAnotherClient_EndsTheSession(string address, string agent)
    {
        var session = Open();
        session.Refresh(1, Cover, Client, Lifetimes, Now);

        session.Refresh(1, [], new SessionClient(address, agent), Lifetimes, Now).Should().Be(RefreshVerdict.Reused);
        session.IsActive(Now).Should().BeFalse();
    }

    [Test]
    public void Refresh_WithoutForgiveness_EndsTheSessionAtOnce()
    {
        var session = Open();
        var strict = Lifetimes with { Repeat = TimeSpan.Zero };
        session.Refresh(1, Cover, Client, strict, Now);

        // At another node, whose clock is behind.
        session.Refresh(1, [], Client, strict, Now.AddSeconds(-1)).Should().Be(RefreshVerdict.Reused);
    }

    [Test]
    public void Refresh_TooLate_IsExpiredHoweverOftenItWasRefreshed()
    {
        Open().Refresh(1, Cover, Client, Lifetimes, Now.AddDays(7)).Should().Be(RefreshVerdict.Expired);

        var session = Open();
        for (var day = 5; day <= 25; day += 5)
        {
            session.Refresh(session.Generation, Cover, Client, Lifetimes, Now.AddDays(day)).Should().Be(RefreshVerdict.Rotated);
        }

        session.RefreshExpiresAt.Should().Be(Now.AddDays(30));
        session.Refresh(session.Generation, Cover, Client, Lifetimes, Now.AddDays(30)).Should().Be(RefreshVerdict.Expired);
    }

    [Test]
    public void End_Twice_KeepsTheFirstReason()
    {
        var session = Open();
        session.End(SessionEnd.SignedOut, Now);
        session.End(SessionEnd.Ended, Now.AddDays(1));

        (session.EndReason, session.EndedAt).Should().Be((SessionEnd.SignedOut, Now));
    }

    [Test]
    public void Cover_IsOpenedByTheTokenBeforeOnly()
    {
        var first = RefreshSecret.From(Enumerable.Repeat((byte)1, RefreshSecret.EntropyLength).ToArray());
        var next = RefreshSecret.From(Enumerable.Repeat((byte)2, RefreshSecret.EntropyLength).ToArray());

        first.Uncover(first.Cover(next)).Reveal().Should().Be(next.Reveal());
        next.Uncover(first.Cover(next)).Reveal().Should().NotBe(next.Reveal());
        RefreshSecret.Parse(next.Reveal())!.Digest().Should().Equal(next.Digest());
        first.Cover(next).Should().NotEqual(first.Digest());
        next.ToString().Should().Be("[secret]");
    }

    private static Session Open() => Session.Open(new SessionId(Guid.CreateVersion7()), default, "password", Client, Lifetimes, Now);
}
