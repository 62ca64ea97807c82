using DataHub.Application.Access.Credentials;
using DataHub.Domain.Access.Users;
using DataHub.TestKit.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access;

/// <summary>Two nodes of one installation, and people who can sign in.</summary>
public abstract class SignInFixture
{
    protected const string Password = "correct horse battery staple";

    private static int s_people;
    private string _hash = "";

    protected TestDatabase Database { get; private set; } = null!;

    protected TestGateway Node { get; private set; } = null!;

    protected TestGateway OtherNode { get; private set; } = null!;

    /// <summary>Settings of both nodes.</summary>
    protected virtual string[] Settings => [];

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        Database = await TestDatabase.CreateAsync();
        string[] settings = [.. TestGateway.Patient, "Passwords:Iterations=100000", "Passwords:Concurrency=4", "Database:PollSeconds=60", .. Settings];
        Node = await TestGateway.StartAsync(Database, settings);
        OtherNode = await TestGateway.StartAsync(Database, settings);
        _hash = await Node.Services.GetRequiredService<IPasswordHashing>().HashAsync(Password, CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        foreach (var node in new[] { Node, OtherNode }.Where(n => n is not null))
        {
            await node.DisposeAsync();
        }

        if (Database is not null)
        {
            await Database.DisposeAsync();
        }
    }

    protected static string NewEmail() => $"person{Interlocked.Increment(ref s_people)}@example.com";

    /// <summary>A person who signs in with <see cref="Password"/>.</summary>
    protected async Task<(UserId Id, string Email)> NewPersonAsync(string role = "Admin", string status = "Active", bool withPassword = true)
    {
        var (id, email) = (new UserId(Guid.CreateVersion7()), NewEmail());
        await Database.ExecuteAsync($"""
            INSERT INTO access.users (id, version, created_at, updated_at, tenant_id, email, email_key, name, role, global, status)
            VALUES ('{id.Value}', 1, now(), now(), '00000000-0000-7000-8000-000000000001', '{email}', '{email}', 'Some Person', '{role.ToLowerInvariant()}', true, '{status.ToLowerInvariant()}')
            """);
        if (withPassword)
        {
            await Database.ExecuteAsync($"""
                INSERT INTO access.user_credentials (id, version, created_at, updated_at, password_hash, password_changed_at, totp_last_step, recovery_codes)
                VALUES ('{id.Value}', 1, now(), now(), '{_hash}', now(), 0, array[]::bytea[])
                """);
        }

        return (id, email);
    }

    /// <summary>A client of a node, signed in as a new person.</summary>
    protected async Task<(PersonClient Client, Answer SignedIn, UserId Id)> SignedInAsync(TestGateway? node = null)
    {
        var (id, email) = await NewPersonAsync();
        var client = new PersonClient(node ?? Node);
        return (client, (await client.SignInAsync(email, Password)).Is(System.Net.HttpStatusCode.OK), id);
    }

    protected static string TokenOf(Answer answer, string name = "refreshToken") => (string)answer.Data[name]!;
}
