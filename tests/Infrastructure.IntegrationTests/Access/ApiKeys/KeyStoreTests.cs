using DataHub.Application.Access.Contracts;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;
using DataHub.Infrastructure.Access.ApiKeys;
using DataHub.TestKit.Builders;
using DataHub.TestKit.Clocks;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Access.ApiKeys;

/// <summary>What the directory needs of PostgreSQL: loading, catching up with changes, writing last uses.</summary>
public class KeyStoreTests
{
    private TestDatabase _database = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _database = await TestDatabase.CreateAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _database.DisposeAsync();

    [Test]
    public async Task Load_KeyWithEverything_ReadsIt()
    {
        var (own, inherited) = (new RateLimitTierId(Guid.CreateVersion7()), new RateLimitTierId(Guid.CreateVersion7()));
        var consumer = new ConsumerBuilder().InTier(inherited).Build();
        var fingerprint = ApiKeyBuilder.Fingerprint("full");
        var key = new ApiKeyBuilder().Of(consumer.Id).For(KeyEnvironment.Test).Scoped("a:read", "b:*").AllowedFrom("10.0.0.0/8").InTier(own)
            .ExpiringAt(ApiKeyBuilder.Noon.AddDays(1)).WithSecret(fingerprint).Build();
        await SaveAsync(consumer, key);

        var row = await Loader.LoadAsync([fingerprint.Digest], CancellationToken.None);

        row.Should().BeEquivalentTo(new KeyRow(
            key.Id.Value, 1, consumer.Id.Value, consumer.Name, "test", false, false, false, ApiKeyBuilder.Noon.AddDays(1), ["10.0.0.0/8"], ["a:read", "b:*"], own.Value, 1, TenantId.Default.Value));
    }

    [Test]
    public async Task Load_StateOfKeySecretAndConsumer_ComeTogether()
    {
        var tier = new RateLimitTierId(Guid.CreateVersion7());
        var consumer = new ConsumerBuilder().InTier(tier).Build();
        consumer.Suspend(null, ApiKeyBuilder.Noon);
        var fingerprint = ApiKeyBuilder.Fingerprint("state");
        var key = new ApiKeyBuilder().Of(consumer.Id).ExpiringAt(ApiKeyBuilder.Noon.AddDays(2)).WithSecret(fingerprint).Build();
        key.Disable(ApiKeyBuilder.Noon);
        await SaveAsync(consumer, key);

        var row = (await Loader.LoadAsync([fingerprint.Digest], CancellationToken.None))!;
        row.Should().Match<KeyRow>(r => r.Disabled && r.ConsumerSuspended && !r.Revoked && r.TierId == tier.Value);
        await _database.ExecuteAsync($"UPDATE access.api_key_secrets SET not_after = '2026-03-02T12:00:00Z', revoked_at = now() WHERE api_key_id = '{key.Id.Value}'");

        row = (await Loader.LoadAsync([fingerprint.Digest], CancellationToken.None))!;
        row.ExpiresAt.Should().Be(ApiKeyBuilder.Noon.AddDays(1), "the secret ends before the key");
        row.Revoked.Should().BeTrue("the secret was withdrawn");
    }

    // Both secrets of a rotation must be found while they overlap.
    [Test]
    public async Task Load_KeyWithTwoSecrets_IsFoundByEither()
    {
        var consumer = new ConsumerBuilder().Build();
        SecretFingerprint first = ApiKeyBuilder.Fingerprint("first"), second = ApiKeyBuilder.Fingerprint("second");
        var key = new ApiKeyBuilder().Of(consumer.Id).WithSecret(first).Build();
        await SaveAsync(consumer, key);
        await _database.ExecuteAsync($"""
            INSERT INTO access.api_key_secrets (api_key_id, version, digest, pepper_version, prefix, last4, created_at)
            VALUES ('{key.Id.Value}', 2, '\x{Convert.ToHexString(second.Digest.ToArray())}', 1, 'dh_live_bbbb', 'yyyy', now())
            """);

        (await Loader.LoadAsync([first.Digest], CancellationToken.None))!.SecretVersion.Should().Be(1);
        (await Loader.LoadAsync([default, second.Digest], CancellationToken.None))!.SecretVersion.Should().Be(2);
        (await Loader.LoadAsync([default], CancellationToken.None)).Should().BeNull();
    }

    [Test]
    public async Task Save_DigestOfAnotherKey_IsRefused()
    {
        var consumer = new ConsumerBuilder().Build();
        var fingerprint = ApiKeyBuilder.Fingerprint("twice");
        await SaveAsync(consumer, new ApiKeyBuilder().Of(consumer.Id).WithSecret(fingerprint).Build());

        var save = () => SaveAsync(new ApiKeyBuilder().Of(consumer.Id).WithSecret(fingerprint).Build());

        await save.Should().ThrowAsync<DbUpdateException>();
    }

    [Test]
    public async Task Flush_UsesOfKeys_AreWrittenWhenNewer()
    {
        var consumer = new ConsumerBuilder().Build();
        var keys = Enumerable.Range(0, 3).Select(_ => new ApiKeyBuilder().Of(consumer.Id).Build()).ToList();
        await SaveAsync([consumer, .. keys]);
        await _database.ExecuteAsync($"UPDATE access.api_keys SET last_used_at = '2030-01-01T00:00:00Z' WHERE id = '{keys[2].Id.Value}'");
        using var harness = new DirectoryHarness();
        using var writer = Writer(harness);
        foreach (var key in keys)
        {
            harness.Answers(DirectoryHarness.Row with { KeyId = key.Id.Value });
            (await harness.FindAsync($"dh_live_{key.Id}")).Caller!.Usage.Touch(ApiKeyBuilder.Noon.UtcTicks);
        }

        await writer.FlushAsync(CancellationToken.None);

        await using var context = _database.CreateContext();
        var stored = await context.Set<ApiKey>().Where(k => k.ConsumerId == consumer.Id).ToDictionaryAsync(k => k.Id);
        stored[keys[0].Id].LastUsedAt.Should().Be(ApiKeyBuilder.Noon);
        stored[keys[1].Id].LastUsedAt.Should().Be(ApiKeyBuilder.Noon);
        stored[keys[2].Id].LastUsedAt!.Value.Year.Should().Be(2030);
        stored.Values.Should().AllSatisfy(k => k.Version.Should().Be(1));
    }

    [Test]
    public async Task Flush_StoreAway_KeepsTheUsesForTheNextTime()
    {
        var consumer = new ConsumerBuilder().Build();
        var key = new ApiKeyBuilder().Of(consumer.Id).Build();
        await SaveAsync(consumer, key);
        using var harness = new DirectoryHarness();
        harness.Answers(DirectoryHarness.Row with { KeyId = key.Id.Value });
        (await harness.FindAsync()).Caller!.Usage.Touch(ApiKeyBuilder.Noon.UtcTicks);
        using var writer = Writer(harness);

        await _database.ExecuteAsync("ALTER TABLE access.api_keys RENAME COLUMN last_used_at TO hidden");
        await writer.FlushAsync(CancellationToken.None);
        await _database.ExecuteAsync("ALTER TABLE access.api_keys RENAME COLUMN hidden TO last_used_at");
        await writer.StopAsync(CancellationToken.None);

        (await _database.QueryScalarAsync<DateTime>($"SELECT last_used_at FROM access.api_keys WHERE id = '{key.Id.Value}'")).Should().Be(ApiKeyBuilder.Noon.UtcDateTime);
    }

    [Test]
    public async Task Flush_ManyNodesAtOnce_DoNotDeadlock()
    {
        var consumer = new ConsumerBuilder().Build();
        var keys = Enumerable.Range(0, 200).Select(_ => new ApiKeyBuilder().Of(consumer.Id).Build()).ToList();
        await SaveAsync([consumer, .. keys]);
        var nodes = Enumerable.Range(0, 4).Select(_ => new DirectoryHarness()).ToList();
        foreach (var node in nodes)
        {
            foreach (var key in keys.OrderBy(_ => Guid.CreateVersion7().GetHashCode()))
            {
                node.Answers(DirectoryHarness.Row with { KeyId = key.Id.Value });
                (await node.FindAsync($"dh_live_{key.Id}")).Caller!.Usage.Touch(ApiKeyBuilder.Noon.UtcTicks + nodes.IndexOf(node));
            }
        }

        await Task.WhenAll(nodes.Select(node => Task.Run(() => Writer(node).FlushAsync(CancellationToken.None))));

        (await _database.QueryScalarAsync<long>($"SELECT count(*) FROM access.api_keys WHERE consumer_id = '{consumer.Id.Value}' AND last_used_at IS NOT NULL")).Should().Be(200);
        nodes.ForEach(node => node.Dispose());
    }

    private KeyLoader Loader => new(_database.DataSource);

    private LastUsedWriter Writer(DirectoryHarness harness) =>
        new(harness.Cache, _database.DataSource, new ManualClock(), Options.Create(new ApiKeysOptions()), NullLogger<LastUsedWriter>.Instance);

    private async Task SaveAsync(params object[] aggregates)
    {
        await using var context = _database.CreateContext();
        context.AddRange(aggregates);
        await context.SaveChangesAsync();
    }
}
