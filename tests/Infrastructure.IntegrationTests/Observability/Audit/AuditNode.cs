using System.Diagnostics.Metrics;
using System.Globalization;
using DataHub.Application.Abstractions;
using DataHub.Application.Observability.Audit;
using DataHub.Domain.Observability.Audit;
using DataHub.Domain.SharedKernel;
using DataHub.Infrastructure.Observability.Audit;
using DataHub.Infrastructure.Randomness;
using DataHub.TestKit.Clocks;
using DataHub.TestKit.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DataHub.Infrastructure.IntegrationTests.Observability.Audit;

/// <summary>The parts of one node that keep the audit trail, on a database that others may share.</summary>
internal sealed class AuditNode : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CheckpointFile _file;
    private readonly ServiceProvider _meters = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public AuditNode(TestDatabase database, ManualClock clock, params int[] keyVersions) : this(database, clock, "n1", keyVersions)
    {
    }

    public AuditNode(TestDatabase database, ManualClock clock, string name, params int[] keyVersions)
    {
        var (options, node) = (Options.Create(new AuditOptions()), Options.Create(new GatewayOptions { NodeName = name }));
        Database = database;
        Keys = AuditKeySource.Load(keyVersions.Length > 0 ? new FixedKeys(keyVersions) : new FixedKeys());
        Writer = new AuditWriter(Keys, clock, new Uuid7Source(clock), NullLogger<AuditWriter>.Instance);
        Store = new AuditStore(database.DataSource, Writer, Keys);
        _file = new CheckpointFile(new Folder(_folder.Path));
        var health = new AuditHealth(_meters.GetRequiredService<IMeterFactory>());
        Checkpoints = new CheckpointMaker(database.DataSource, Keys, _file, health, clock, NullLogger<CheckpointMaker>.Instance);
        var archives = new ArchiveFolder(new Folder(_folder.Path), options);
        Verification = new AuditVerification(database.DataSource, Keys, _file, new ArchiveVerification(Keys, archives, node), health, clock, NullLogger<AuditVerification>.Instance);
        Archive = new AuditArchive(
            database.DataSource, Keys, Writer, archives, node, clock, NullLogger<AuditArchive>.Instance);
        Keeper = new AuditKeeper(
            new RepeatedAttempts(clock), Store, Checkpoints, Verification, Archive, database.DataSource, options, clock, NullLogger<AuditKeeper>.Instance);
    }

    public TestDatabase Database { get; }

    public AuditKeyRing Keys { get; }

    public AuditWriter Writer { get; }

    public AuditStore Store { get; }

    public CheckpointMaker Checkpoints { get; }

    public AuditVerification Verification { get; }

    public AuditArchive Archive { get; }

    public AuditKeeper Keeper { get; }

    public string ArchivePath => Path.Combine(_folder.Path, "audit", "archive");

    public string CheckpointPath => Path.Combine(_folder.Path, "audit", "checkpoints");

    public static AuditDraft Draft(int number = 1, TenantId? tenant = null) => new()
    {
        Tenant = tenant ?? TenantId.Default,
        ActorKind = "user",
        ActorId = "usr_1",
        Action = "key.update",
        ResourceType = "key",
        ResourceId = "key_" + number.ToString(CultureInfo.InvariantCulture),
        ClientIp = "192.0.2.1",
        UserAgent = "tests/1 \0 end",
        RequestId = "req_1",
        Result = "success",
        Details = """{"n":1,"text":"a \"quoted\" <b> ü"}""",
        Before = """{"name":"a","rate":1.50}""",
        After = """{"name":"b","rate":2e3}""",
    };

    /// <summary>Appends records, each in a transaction of its own.</summary>
    public async Task AppendAsync(int count, TenantId? tenant = null)
    {
        for (var i = 1; i <= count; i++)
        {
            await Store.AppendAsync([Draft(i, tenant)], CancellationToken.None);
        }
    }

    public async Task<AuditChainVerdict> VerifyAsync(TenantId? tenant = null, params AuditCheckpoint[] checkpoints) =>
        (await Verification.VerifyAsync(tenant ?? TenantId.Default, checkpoints, CancellationToken.None)).Chains.Single();

    public async Task<IReadOnlyList<AuditRecord>> RecordsAsync(TenantId? tenant = null) =>
        await Store.ListAsync(new AuditFilter(tenant ?? TenantId.Default), null, 100_000, ascending: true, CancellationToken.None);

    /// <summary>Does by hand what a superuser can: the guards are switched off, and on again.</summary>
    public async Task TamperAsync(string sql)
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(
            $"ALTER TABLE observability.audit DISABLE TRIGGER ALL; {sql}; ALTER TABLE observability.audit ENABLE ALWAYS TRIGGER audit_rows; ALTER TABLE observability.audit ENABLE ALWAYS TRIGGER audit_all", connection);
        await command.ExecuteNonQueryAsync();
    }

    public void Dispose()
    {
        Keeper.Dispose();
        _file.Dispose();
        _meters.Dispose();
        _folder.Dispose();
    }

    private sealed record Folder(string Path) : IDataFolder;
}
