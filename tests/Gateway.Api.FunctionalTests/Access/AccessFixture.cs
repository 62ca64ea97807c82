using DataHub.TestKit.Fixtures;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access;

/// <summary>One gateway with an administrator for all tests of a class.</summary>
public abstract class AccessFixture
{
    private static int s_names;

    private TemporaryFolder _folder = null!;

    protected TestDatabase Database { get; private set; } = null!;

    protected TestGateway Gateway { get; private set; } = null!;

    protected AdminClient Admin { get; private set; } = null!;

    /// <summary>Settings beside those that all need.</summary>
    protected virtual string[] Settings => [];

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        Database = await TestDatabase.CreateAsync();
        Gateway = await TestGateway.StartAsync(Database, [$"Gateway:DataPath={_folder.Path}", "ApiKeys:LastUsedSeconds=1", .. TestGateway.Patient, .. Settings]);
        Admin = await AdminClient.SetUpAsync(Gateway);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        Admin?.Dispose();
        if (Gateway is not null)
        {
            await Gateway.DisposeAsync();
        }

        if (Database is not null)
        {
            await Database.DisposeAsync();
        }

        _folder.Dispose();
    }

    protected static string NewName(string what = "thing") => $"{what} {Interlocked.Increment(ref s_names)}";

    protected async Task<string> NewConsumerAsync(string segment = "partner") =>
        (await Admin.PostAsync("/api/v1/consumers", new { name = NewName("consumer"), segment })).Is(System.Net.HttpStatusCode.Created).Id;

    /// <summary>Issues a key; the answer has its secret.</summary>
    protected async Task<Answer> NewKeyAsync(string? consumerId = null, string environment = "live", params string[] scopes) =>
        (await Admin.PostAsync("/api/v1/keys", new { name = NewName("key"), consumerId = consumerId ?? await NewConsumerAsync(), environment, scopes }))
        .Is(System.Net.HttpStatusCode.Created);
}
