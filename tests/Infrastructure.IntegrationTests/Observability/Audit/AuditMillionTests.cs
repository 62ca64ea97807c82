using DataHub.Domain.Observability.Audit;
using DataHub.Domain.SharedKernel;
using DataHub.Infrastructure.Observability.Audit;
using DataHub.TestKit.Builders;
using DataHub.TestKit.Clocks;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using Npgsql;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Observability.Audit;

/// <summary>Takes minutes to fill: run by name when the verification was changed.</summary>
[Explicit]
public class AuditMillionTests
{
    private const int Records = 1_000_000;

    [Test]
    public async Task Verify_AMillionRecords_TakesWellUnderAMinute()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var node = new AuditNode(database, new ManualClock());
        await FillAsync(database, node);
        var began = TimeProvider.System.GetTimestamp();

        var verdict = await node.VerifyAsync();

        var took = TimeProvider.System.GetElapsedTime(began);
        await TestContext.Out.WriteLineAsync($"{verdict.Records} records in {took.TotalSeconds:0.0} s");
        verdict.Faults.Should().BeEmpty();
        verdict.Records.Should().Be(Records);
        took.Should().BeLessThan(TimeSpan.FromSeconds(30));

        await node.TamperAsync("UPDATE observability.audit SET client_ip = '192.0.2.2' WHERE sequence = 777777");
        (await node.VerifyAsync()).FirstBad!.Sequence.Should().Be(777_777);
    }

    private static async Task FillAsync(TestDatabase database, AuditNode node)
    {
        var chain = new AuditChain(node.Keys);
        var last = AuditPosition.Start;
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using (var copy = await connection.BeginBinaryImportAsync($"COPY observability.audit ({AuditColumns.List}) FROM STDIN (FORMAT BINARY)"))
        {
            for (var i = 1; i <= Records; i++)
            {
                var record = chain.Link(AuditChains.Record(i, TenantId.Default), last.Hash);
                last = AuditChains.PositionOf(record);
                await copy.StartRowAsync();
                await WriteAsync(copy, record);
            }

            await copy.CompleteAsync();
        }

        var head = chain.Seal(TenantId.Default, last);
        await using var command = new NpgsqlCommand("INSERT INTO observability.audit_heads VALUES ($1, $2, $3, $4, $5)", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = TenantId.Default.Value });
        command.Parameters.Add(new NpgsqlParameter { Value = head.Position.Sequence });
        command.Parameters.Add(new NpgsqlParameter { Value = head.Position.Hash.ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = head.KeyVersion });
        command.Parameters.Add(new NpgsqlParameter { Value = head.Seal.ToArray() });
        await command.ExecuteNonQueryAsync();
    }

    private static async Task WriteAsync(NpgsqlBinaryImporter copy, AuditRecord record)
    {
        using var command = new NpgsqlCommand();
        AuditColumns.AddTo(command.Parameters, record);
        foreach (NpgsqlParameter parameter in command.Parameters)
        {
            await (parameter.Value is DBNull ? copy.WriteNullAsync() : copy.WriteAsync<object>(parameter.Value!, parameter.NpgsqlDbType));
        }
    }
}
