using System.Collections.Concurrent;
using System.Net;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Events;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Infrastructure.Outbound;
using DataHub.Infrastructure.Webhooks.Deliveries;
using DataHub.Infrastructure.Webhooks.Sending;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Sending;

/// <summary>A whole sender over a resolver that the test writes.</summary>
internal sealed class SenderHarness : IDisposable
{
    private readonly WebhookClients _clients;
    private readonly EndpointTokens _tokens;

    public SenderHarness(SendingOptions? options = null, TimeProvider? clock = null)
    {
        var (given, time) = (Options.Create(options ?? Open), clock ?? TimeProvider.System);
        Rules = new WebhookCallRules(given);
        Now = new DatabaseClock(time);
        var handlers = new WebhookHandlers(new OutboundConnector(Names, time), Rules, given, time);
        _clients = new WebhookClients(handlers, given);
        _tokens = new EndpointTokens(handlers, time);
        Sender = new WebhookSender(_clients, handlers, _tokens, Now, time, NullLogger<WebhookSender>.Instance);
    }

    /// <summary>Plain http, and the receivers of the tests on this machine.</summary>
    public static SendingOptions Open => new() { AllowHttp = true, AllowedNetworks = ["127.0.0.0/8", "::1/128"] };

    public ScriptedNames Names { get; } = new();

    public WebhookCallRules Rules { get; }

    /// <summary>The database's clock; that of the node until it is set.</summary>
    public DatabaseClock Now { get; }

    public IWebhookSender Sender { get; }

    public Task<AttemptReport> SendAsync(string url, byte[]? body = null) => SendAsync(Target(url), body);

    public Task<AttemptReport> SendAsync(SubscriptionTarget target, byte[]? body = null) => Sender.SendAsync(target, Message(body ?? "{}"u8.ToArray()), CancellationToken.None);

    public static WebhookMessage Message(byte[] body) =>
        new(new EventId(Guid.Parse("01930000-0000-7000-8000-000000000001")), "order.created", new DeliveryId(Guid.Parse("01930000-0000-7000-8000-000000000002")), 3, body);

    public static SubscriptionTarget Target(string url) => new()
    {
        Id = new SubscriptionId(Guid.Parse("01930000-0000-7000-8000-000000000003")),
        Tenant = TenantId.Default,
        Version = 1,
        Url = new Uri(url),
        EventTypes = ["*"],
        Enabled = true,
        Timeout = TimeSpan.FromSeconds(5),
        Secrets = [new SigningSecret(Key(1), null)],
    };

    public static byte[] Key(int number) => [.. Enumerable.Range(number, 32).Select(i => (byte)i)];

    public void Dispose()
    {
        _clients.Dispose();
        _tokens.Dispose();
    }
}

/// <summary>A resolver with the answers of a test; what it does not know has no address.</summary>
internal sealed class ScriptedNames : IHostAddresses
{
    private readonly ConcurrentDictionary<string, Func<int, IPAddress[]>> _answers = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, bool> _silent = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, int> _questions = new(StringComparer.OrdinalIgnoreCase);

    public int QuestionsFor(string host) => _questions.GetValueOrDefault(host);

    public void Set(string host, params string[] addresses) => Set(host, _ => [.. addresses.Select(IPAddress.Parse)]);

    /// <summary>Answers by the number of the question, from 1.</summary>
    public void Set(string host, Func<int, IPAddress[]> answer) => _answers[host] = answer;

    /// <summary>Never answers.</summary>
    public void Silence(string host) => _silent[host] = true;

    public ValueTask<IPAddress[]> FindAsync(string host, CancellationToken cancellationToken)
    {
        var number = _questions.AddOrUpdate(host, 1, (_, n) => n + 1);
        if (_silent.ContainsKey(host))
        {
            return new ValueTask<IPAddress[]>(new TaskCompletionSource<IPAddress[]>().Task.WaitAsync(cancellationToken));
        }

        return _answers.TryGetValue(host, out var answer) ? ValueTask.FromResult(answer(number)) : throw new HostUnknownException(host, resolverAway: false);
    }
}
