using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Application.Webhooks.Events;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Events;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.TestKit.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks;

/// <summary>One gateway whose webhooks go nowhere, for all tests of a class.</summary>
public abstract class WebhooksFixture
{
    protected const string Subscriptions = "/api/v1/webhooks/subscriptions";
    protected const string Own = "/api/v1/self/webhooks";

    private static int s_names;

    protected TestDatabase Database { get; private set; } = null!;

    protected TestGateway Gateway { get; private set; } = null!;

    protected AdminClient Admin { get; private set; } = null!;

    private protected RecordingSender Sender { get; } = new();

    /// <summary>Settings beside those that all need.</summary>
    protected virtual string[] Settings => [];

    private protected ISubscriptionDirectory Directory => Gateway.Services.GetRequiredService<ISubscriptionDirectory>();

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        Database = await TestDatabase.CreateAsync();
        Gateway = await TestGateway.StartAsync(Database, services => services.AddSingleton<IWebhookSender>(Sender), [.. TestGateway.Patient, .. Settings]);
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
    }

    protected static string NewName(string what = "thing") => $"{what}_{Interlocked.Increment(ref s_names)}";

    protected static object Body(params string[] types) => new { url = "https://partner.example/hooks", eventTypes = types };

    /// <summary>Makes a subscription; the answer has its secret.</summary>
    protected async Task<Answer> NewSubscriptionAsync(params string[] types) => (await Admin.PostAsync(Subscriptions, Body(types))).Is(HttpStatusCode.Created);

    /// <summary>Makes a subscription of more.</summary>
    protected async Task<Answer> NewSubscriptionAsync(object body) => (await Admin.PostAsync(Subscriptions, body)).Is(HttpStatusCode.Created);

    /// <summary>Issues a key for traffic.</summary>
    protected async Task<(string Id, string Consumer, AdminClient Client)> NewHolderAsync(params string[] scopes)
    {
        var consumer = (await Admin.PostAsync("/api/v1/consumers", new { name = NewName("consumer"), segment = "partner" })).Is(HttpStatusCode.Created).Id;
        var key = (await Admin.PostAsync("/api/v1/keys", new { name = NewName("key"), consumerId = consumer, scopes })).Is(HttpStatusCode.Created);
        return (key.Id, consumer, AdminClient.As(Gateway, (string)key.Body["secret"]!));
    }

    protected static StoredEvent NewEvent(string type, object? data = null, TenantId? tenant = null)
    {
        var now = new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
        return new StoredEvent(new EventId(Guid.CreateVersion7()), tenant ?? TenantId.Default, type, now, EventEnvelope.Write(type, now, data ?? new { }));
    }

    /// <summary>Who would get an event.</summary>
    protected async Task<IReadOnlyList<SubscriptionMatch>> MatchAsync(StoredEvent stored) =>
        await Directory.MatchAsync(stored, default, 100_000, 0, CancellationToken.None);

    /// <summary>Whether a subscription would get an event.</summary>
    protected async Task<bool> GetsAsync(string subscription, StoredEvent stored) => (await MatchAsync(stored)).Any(m => m.Id.ToString() == subscription && !m.Refused);

    protected static SubscriptionId IdOf(string text) => EntityId.TryParse<SubscriptionId>(text, out var id) ? id : throw new ArgumentException(text);

    protected static JsonObject Json(byte[] body) => JsonNode.Parse(body)!.AsObject();
}
