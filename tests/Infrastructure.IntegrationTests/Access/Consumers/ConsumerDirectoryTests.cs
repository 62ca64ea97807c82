using DataHub.Application.Access.Contracts;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Access.Tokens;
using DataHub.Domain.SharedKernel;
using DataHub.Infrastructure.Access.Consumers;
using DataHub.TestKit.Builders;
using DataHub.TestKit.Clocks;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Access.Consumers;

public class ConsumerDirectoryTests
{
    private readonly ManualClock _clock = new();
    private TestDatabase _database = null!;
    private ConsumerDirectory _directory = null!;
    private Consumer _consumer = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _consumer = new ConsumerBuilder().Build();
        await using (var context = _database.CreateContext())
        {
            context.Add(_consumer);
            await context.SaveChangesAsync();
        }

        _directory = new ConsumerDirectory(_database.DataSource, _clock, NullLogger<ConsumerDirectory>.Instance);
        await _directory.CatchUpAsync(CancellationToken.None);
    }

    [TearDown]
    public async Task StopAsync() => await _database.DisposeAsync();

    [Test]
    public async Task Find_ByNameAndById_IsTheSameConsumer()
    {
        (await FindAsync()).Consumer!.Id.Should().Be(_consumer.Id);
        (await FindAsync(ConsumerMatch.Id, _consumer.Id.ToString())).Consumer!.Name.Should().Be(_consumer.Name);
        (await FindAsync(ConsumerMatch.Id, _consumer.Name)).Should().Be(new ConsumerLookup(true, null));
        (await FindAsync(ConsumerMatch.Name, "nobody' OR '1'='1")).Should().Be(new ConsumerLookup(true, null));
        (await FindAsync(ConsumerMatch.Name, new string('x', 10_000))).Should().Be(new ConsumerLookup(true, null));
    }

    [Test]
    public async Task OnChanged_ItsConsumer_OutdatesWhatWasHandedOut()
    {
        var before = (await FindAsync()).Consumer!;
        (await FindAsync()).Consumer.Should().BeSameAs(before);
        await SuspendAsync();

        await _directory.OnChangedAsync(_consumer.Id.ToString(), CancellationToken.None);

        before.Outdated.Should().BeTrue();
        (await FindAsync()).Consumer!.Suspended.Should().BeTrue();
    }

    [Test]
    public async Task CatchUp_MissedNotification_IsFoundInTheListOfChanges()
    {
        var before = (await FindAsync()).Consumer!;
        await SuspendAsync();
        await _database.ExecuteAsync($"INSERT INTO platform.changes (topic, payload) VALUES ('keys', '{_consumer.Id}')");

        await _directory.CatchUpAsync(CancellationToken.None);

        before.Outdated.Should().BeTrue();
        (await FindAsync()).Consumer!.Suspended.Should().BeTrue();
    }

    private Task SuspendAsync() => _database.ExecuteAsync($"UPDATE access.consumers SET suspended_at = now() WHERE id = '{_consumer.Id.Value}'");

    private async Task<ConsumerLookup> FindAsync(ConsumerMatch match = ConsumerMatch.Name, string? text = null) =>
        await _directory.FindAsync(TenantId.Default, match, text ?? _consumer.Name, CancellationToken.None);
}
