using DataHub.Application.Access.Sessions;
using DataHub.Domain.Access.Sessions;
using DataHub.Domain.Access.Users;
using DataHub.Infrastructure.Access.Secrets;
using DataHub.Infrastructure.Access.Sessions;
using DataHub.Infrastructure.Randomness;
using DataHub.TestKit.Clocks;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Access.Sessions;

public class SigningKeyRingTests
{
    private static readonly SessionsOptions Options = new() { SigningKeyDays = 2 };

    private TestDatabase _database = null!;
    private ManualClock _clock = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _clock = new ManualClock();
    }

    [TearDown]
    public async Task StopAsync() => await _database.DisposeAsync();

    [Test]
    public async Task Current_ManyNodesAtOnce_MakeOneKey()
    {
        var nodes = Enumerable.Range(0, 6).Select(_ => Node()).ToList();

        var keys = await Task.WhenAll(nodes.Select(n => n.CurrentAsync(CancellationToken.None).AsTask()));

        keys.Select(k => k.Kid).Distinct().Should().ContainSingle();
        (await _database.QueryScalarAsync<long>("SELECT count(*) FROM access.signing_keys")).Should().Be(1);
    }

    // Overlapping validity: the next key is known before it signs, and the last one verifies until its last token has expired.
    [Test]
    public async Task Current_AtTheEndOfItsTime_HasASuccessorThatAllNodesKnowBefore()
    {
        var (one, two) = (Node(), Node());
        var first = await one.CurrentAsync(CancellationToken.None);
        _clock.Advance(TimeSpan.FromDays(2) - TimeSpan.FromMinutes(30));

        (await one.CurrentAsync(CancellationToken.None)).Kid.Should().Be(first.Kid);
        (await _database.QueryScalarAsync<long>("SELECT count(*) FROM access.signing_keys")).Should().Be(2, "the successor is made an hour ahead");
        (await two.CurrentAsync(CancellationToken.None)).Kid.Should().Be(first.Kid);
        _clock.Advance(TimeSpan.FromMinutes(31));
        var second = await two.CurrentAsync(CancellationToken.None);
        second.Kid.Should().NotBe(first.Kid);
        (await one.CurrentAsync(CancellationToken.None)).Kid.Should().Be(second.Kid);
        (await one.FindAsync(first.Kid, CancellationToken.None)).Should().NotBeNull();
        _clock.Advance(TimeSpan.FromHours(2));
        (await one.FindAsync(first.Kid, CancellationToken.None)).Should().BeNull();
        (await one.FindAsync(second.Kid, CancellationToken.None)).Should().NotBeNull();
    }

    [Test]
    public async Task Token_SignedOnOneNodeWithANewKey_IsReadOnAnother()
    {
        var (one, two) = (Tokens(Node()), Tokens(Node()));
        await two.ReadAsync("a.b.c", CancellationToken.None);
        var token = (await one.IssueAsync(new UserId(Guid.CreateVersion7()), new SessionId(Guid.CreateVersion7()), CancellationToken.None)).Token.Reveal();

        (await two.ReadAsync(token, CancellationToken.None)).Verdict.Should().Be(AccessTokenVerdict.Good);
        _clock.Advance(TimeSpan.FromMinutes(15) - TimeSpan.FromSeconds(1));
        (await two.ReadAsync(token, CancellationToken.None)).Verdict.Should().Be(AccessTokenVerdict.Good);
        _clock.Advance(TimeSpan.FromSeconds(1));
        (await two.ReadAsync(token, CancellationToken.None)).Verdict.Should().Be(AccessTokenVerdict.Expired);
    }

    [Test]
    public async Task Find_ManyUnknownIds_AskTheStoreOnceASecond()
    {
        var node = Node();
        await node.FindAsync("unknown", CancellationToken.None);
        await using (var command = _database.DataSource.CreateCommand("DROP TABLE access.signing_keys"))
        {
            await command.ExecuteNonQueryAsync();
        }

        for (var i = 0; i < 100; i++)
        {
            (await node.FindAsync($"unknown {i}", CancellationToken.None)).Should().BeNull();
        }

        _clock.Advance(TimeSpan.FromSeconds(1));
        await node.Awaiting(n => n.FindAsync("unknown", CancellationToken.None).AsTask()).Should().ThrowAsync<Npgsql.PostgresException>("the store is asked again");
    }

    [Test]
    public async Task Store_HoldsTheKeySealed()
    {
        var key = await Node().CurrentAsync(CancellationToken.None);

        var stored = await _database.QueryScalarAsync<byte[]>("SELECT private_key FROM access.signing_keys");

        Convert.ToHexString(stored).Should().NotContain(Convert.ToHexString(key.Key.ExportParameters(true).D!));
    }

    // Pepper gone, or the table copied from elsewhere: no error for anybody, another key.
    [Test]
    public async Task Current_KeyThatCannotBeOpened_IsReplaced()
    {
        var first = await Node().CurrentAsync(CancellationToken.None);

        var other = await Node(pepper: 2).CurrentAsync(CancellationToken.None);

        other.Kid.Should().NotBe(first.Kid);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Replace_KeyInUse_IsFollowedAtOnceAndVerifiesOnlyWhenNotRevoked(bool revoke)
    {
        var (one, two) = (Node(), Node());
        var first = await one.CurrentAsync(CancellationToken.None);
        await two.CurrentAsync(CancellationToken.None);

        var rotation = await ReplaceAsync(one, revoke);
        await one.ForgetAsync(CancellationToken.None);
        await two.ForgetAsync(CancellationToken.None);

        rotation.Replaced.Should().ContainSingle().Which.KeyId.Should().Be(first.Kid);
        foreach (var node in new[] { one, two })
        {
            (await node.CurrentAsync(CancellationToken.None)).Kid.Should().Be(rotation.KeyId);
            (await node.FindAsync(first.Kid, CancellationToken.None) is null).Should().Be(revoke);
        }

        _clock.Advance(TimeSpan.FromHours(2));
        (await one.FindAsync(first.Kid, CancellationToken.None)).Should().BeNull("its last token has ended");
        (await one.FindAsync(rotation.KeyId, CancellationToken.None)).Should().NotBeNull();
    }

    // An hour before the end of a key its successor is there already: that one is replaced too.
    [Test]
    public async Task Replace_WithASuccessorWaiting_ReplacesBoth()
    {
        var node = Node();
        await node.CurrentAsync(CancellationToken.None);
        _clock.Advance(TimeSpan.FromDays(2) - TimeSpan.FromMinutes(30));
        await node.CurrentAsync(CancellationToken.None);

        var rotation = await ReplaceAsync(node, revoke: false);
        await node.ForgetAsync(CancellationToken.None);

        rotation.Replaced.Should().HaveCount(2);
        _clock.Advance(TimeSpan.FromHours(1));
        (await node.CurrentAsync(CancellationToken.None)).Kid.Should().Be(rotation.KeyId);
    }

    [Test]
    public async Task Replace_RolledBack_ChangesNothing()
    {
        var node = Node();
        var first = await node.CurrentAsync(CancellationToken.None);

        await ReplaceAsync(node, revoke: true, commit: false);
        await node.ForgetAsync(CancellationToken.None);

        (await node.CurrentAsync(CancellationToken.None)).Kid.Should().Be(first.Kid);
    }

    // Who rotates at the same time takes turns; the last one signs.
    [Test]
    public async Task Replace_ManyAtOnce_LeavesOneKeyThatSigns()
    {
        var nodes = Enumerable.Range(0, 5).Select(_ => Node()).ToList();
        await nodes[0].CurrentAsync(CancellationToken.None);

        await Task.WhenAll(nodes.Select(n => ReplaceAsync(n, revoke: true)));
        await Task.WhenAll(nodes.Select(n => n.ForgetAsync(CancellationToken.None)));

        (await Task.WhenAll(nodes.Select(n => n.CurrentAsync(CancellationToken.None).AsTask()))).Select(k => k.Kid).Distinct().Should().ContainSingle();
        (await _database.QueryScalarAsync<long>("SELECT count(*) FROM access.signing_keys")).Should().Be(1);
    }

    private async Task<SigningKeyRotation> ReplaceAsync(SigningKeyRing node, bool revoke, bool commit = true)
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var rotation = await node.ReplaceAsync(connection, revoke, CancellationToken.None);
        await (commit ? transaction.CommitAsync() : transaction.RollbackAsync());
        return rotation;
    }

    private AccessTokens Tokens(SigningKeyRing keys) => new(keys, _clock, Microsoft.Extensions.Options.Options.Create(Options));

    private SigningKeyRing Node(byte pepper = 1)
    {
        var random = new CryptoRandom();
        var box = new PepperSecretBox(new PepperRing([new Pepper(1, [.. Enumerable.Repeat(pepper, Pepper.MinLength)])]), random);
        return new SigningKeyRing(_database.DataSource, box, new Uuid7Source(_clock), _clock, Microsoft.Extensions.Options.Options.Create(Options), NullLogger<SigningKeyRing>.Instance);
    }
}
