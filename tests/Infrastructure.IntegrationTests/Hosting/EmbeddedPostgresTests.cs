using System.Diagnostics;
using DataHub.Application.Abstractions;
using DataHub.Infrastructure.Hosting;
using DataHub.Infrastructure.Persistence.Embedded;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Hosting;

/// <summary>One cluster for all tests, so that only the first pays for making it.</summary>
[TestFixture]
public sealed class EmbeddedPostgresTests
{
    // Deeper than a socket path may be, and under a folder that is closed to the account of the server.
    private static readonly string Deep = string.Join('/', Enumerable.Repeat("a-folder-with-a-long-name", 5));

    private string _parent = "";
    private DataFolder _folder = null!;

    private string PidFile => Path.Combine(_folder.Path, "postgres", "postmaster.pid");

    [OneTimeSetUp]
    public void MakeFolder()
    {
        _parent = Directory.CreateTempSubdirectory("datahub-test-").FullName;
        _folder = new DataFolder(Options.Create(new GatewayOptions { DataPath = Path.Combine(_parent, Deep) }));
    }

    [OneTimeTearDown]
    public void RemoveFolder()
    {
        _folder.Dispose();
        Directory.Delete(_parent, recursive: true);
    }

    [Test]
    public async Task Start_ThenStopAndStart_KeepsTheData()
    {
        await using (var first = await StartAsync())
        {
            await ExecuteAsync(first, "CREATE TABLE IF NOT EXISTS kept (n int); TRUNCATE kept; INSERT INTO kept VALUES (7)");
            await first.StopAsync();
            File.Exists(PidFile).Should().BeFalse();
        }

        await using var second = await StartAsync();

        (await ScalarAsync(second, "SELECT n FROM kept")).Should().Be(7);
    }

    [Test]
    public async Task Start_AsRoot_RunsTheServerAsAnotherUserWithoutATcpPort()
    {
        await using var server = await StartAsync();

        (await ScalarAsync(server, "SELECT setting FROM pg_settings WHERE name = 'listen_addresses'")).Should().Be("");
        var user = (await File.ReadAllLinesAsync($"/proc/{server.ServerId}/status")).Single(l => l.StartsWith("Uid:", StringComparison.Ordinal));
        user.Split('\t')[1].Should().NotBe("0");
    }

    [Test]
    public async Task Supervisor_ServerKilled_StartsItAgainWithTheCommittedData()
    {
        await using var server = await StartAsync();
        await ExecuteAsync(server, "CREATE TABLE IF NOT EXISTS survived (n int); TRUNCATE survived; INSERT INTO survived VALUES (1)");
        var killed = server.ServerId!.Value;

        Process.GetProcessById(killed).Kill();

        await Eventually.TrueAsync(async () => server.ServerId is { } id && id != killed && await AnswersAsync(server), "a new server answers", TimeSpan.FromSeconds(60));
        (await ScalarAsync(server, "SELECT n FROM survived")).Should().Be(1);
    }

    [Test]
    public async Task Start_ServerOfAGatewayThatWasKilledStillRuns_TakesItsPlace()
    {
        // The same command from outside of the process: nobody stops this one.
        var cluster = new PostgresCluster(_folder.Path, ServerAccount.ForThisProcess());
        var binaries = cluster.FindBinaries();
        await cluster.CreateAsync(binaries, CancellationToken.None);
        await cluster.MendAsync(TimeProvider.System, CancellationToken.None);
        Process? orphan = null;
        using var ended = new ManualResetEventSlim();
        var thread = new Thread(() =>
        {
            orphan = cluster.StartServer(binaries);
            ended.Wait();
        });
        thread.Start();
        await Eventually.TrueAsync(() => File.Exists(PidFile) && File.ReadAllText(PidFile).Contains("ready", StringComparison.Ordinal), "the orphan serves");

        await using var server = await StartAsync();

        await orphan!.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(15));
        (await ScalarAsync(server, "SELECT 1")).Should().Be(1);
        ended.Set();
        thread.Join();
    }

    // After a restart of a container the number in the file may belong to any program; PostgreSQL would refuse to start.
    [Test]
    public async Task Start_PidFileNamesAnotherProgram_RemovesTheFile()
    {
        await using (var first = await StartAsync())
        {
            await first.StopAsync();
        }

        await File.WriteAllTextAsync(PidFile, $"{Environment.ProcessId}\n/proc/self/fd/9\n1\n5432\n/proc/self/fd/9\n\n");

        await using var server = await StartAsync();

        (await ScalarAsync(server, "SELECT 1")).Should().Be(1);
        Environment.HasShutdownStarted.Should().BeFalse();
    }

    [Test]
    public async Task Stop_WhileClientsAreConnected_IsFast()
    {
        await using var server = await StartAsync();
        await using var client = new NpgsqlConnection(server.ConnectionString);
        await client.OpenAsync();
        var watch = Stopwatch.StartNew();

        await server.StopAsync();

        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(15), "to wait for clients would take 20");
        File.Exists(PidFile).Should().BeFalse();
    }

    private async Task<EmbeddedPostgres> StartAsync()
    {
        var server = new EmbeddedPostgres(_folder, TimeProvider.System, NullLogger<EmbeddedPostgres>.Instance);
        await server.StartAsync(CancellationToken.None);
        return server;
    }

    private static async Task<bool> AnswersAsync(EmbeddedPostgres server)
    {
        try
        {
            await ExecuteAsync(server, "SELECT 1");
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static Task ExecuteAsync(EmbeddedPostgres server, string sql) => ScalarAsync(server, sql);

    private static async Task<object?> ScalarAsync(EmbeddedPostgres server, string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
