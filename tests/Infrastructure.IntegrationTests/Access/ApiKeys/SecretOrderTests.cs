using DataHub.Domain.Access.ApiKeys;
using DataHub.Infrastructure.Persistence;
using DataHub.TestKit.Builders;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Access.ApiKeys;

/// <summary>The secrets of a key come out of the database in no order; the newest is the newest all the same.</summary>
public class SecretOrderTests
{
    [Test]
    public async Task Rotate_KeyWhoseSecretsComeInAnotherOrder_GoesOnFromTheNewest()
    {
        await using var database = await TestDatabase.CreateAsync();
        var consumer = new ConsumerBuilder().Build();
        var key = new ApiKeyBuilder().Of(consumer.Id).Build();
        await using (var context = database.CreateContext())
        {
            context.AddRange(consumer, key);
            await context.SaveChangesAsync();
        }

        await using var asTheyLie = AsTheRowsLie(database);
        for (var version = 2; version <= 30; version++)
        {
            // Moves the first to the end of the table.
            await database.ExecuteAsync($"UPDATE access.api_key_secrets SET last4 = last4 WHERE version = (SELECT min(version) FROM access.api_key_secrets)");
            await using var context = new DataHubDbContext(new DbContextOptionsBuilder<DataHubDbContext>().UseNpgsql(asTheyLie).Options);
            var loaded = await context.Set<ApiKey>().SingleAsync(k => k.Id == key.Id);

            loaded.Secrets.Select(s => s.Version).Should().BeInAscendingOrder();
            loaded.Rotate(ApiKeyBuilder.Fingerprint($"secret {version}"), TimeSpan.Zero, ApiKeyBuilder.Noon.AddMinutes(version));
            await context.SaveChangesAsync();
        }

        (await database.QueryScalarAsync<string>("SELECT string_agg(version::text, ' ' ORDER BY version) FROM access.api_key_secrets")).Should().Be(string.Join(' ', Enumerable.Range(11, 20)));
        (await database.QueryScalarAsync<long>("SELECT count(*) FROM access.api_key_secrets WHERE not_after IS NULL AND version = 30")).Should().Be(1);
    }

    private static NpgsqlDataSource AsTheRowsLie(TestDatabase database) => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(database.ConnectionString) { Options = "-c enable_indexscan=off -c enable_bitmapscan=off -c enable_sort=off -c jit=off" });
}
