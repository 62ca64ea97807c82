using System.Collections.Concurrent;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Access.Tokens;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Access.Tokens;
using DataHub.Domain.SharedKernel;
using DataHub.Infrastructure.Access.Secrets;
using DataHub.Infrastructure.Access.Tokens;
using DataHub.Infrastructure.Outbound;
using DataHub.Infrastructure.Randomness;
using DataHub.TestKit.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.IntegrationTests.Access.Tokens;

/// <summary>A token directory over a real provider on loopback, with consumers from a list.</summary>
internal sealed class TokenHarness : IConsumerDirectory, IAsyncDisposable
{
    public static readonly TokenIssuerId Id = new(new Guid("01900000-0000-7000-8000-000000000001"));

    private readonly OutboundClient _client;
    private readonly IssuerSecrets _secrets;

    private TokenHarness(TestIdentityProvider provider, TokensOptions options, TimeProvider clock)
    {
        Provider = provider;
        var chosen = Options.Create(options);
        _client = new OutboundClient(new OutboundGuard(Options.Create(new OutboundOptions())), TimeProvider.System);
        _secrets = new IssuerSecrets(new PepperSecretBox(new PepperRing([new Pepper(1, [.. Enumerable.Repeat((byte)7, 32)])]), new CryptoRandom()));
        Issuers = new IssuerRing(new KeySetFetcher(_client, chosen), new KeptInMemory(), _client, _secrets, chosen, clock, NullLogger<IssuerRing>.Instance);
        Cache = new TokenCache(clock, chosen);
        Directory = new TokenDirectory(Issuers, Cache, this, clock, chosen, NullLogger<TokenDirectory>.Instance);
        Clock = clock;
    }

    public TestIdentityProvider Provider { get; }

    public IssuerRing Issuers { get; }

    public TokenCache Cache { get; }

    public TokenDirectory Directory { get; }

    public TimeProvider Clock { get; }

    public ConcurrentDictionary<string, ConsumerRecord> Consumers { get; } = new();

    /// <summary>True: the store of consumers is away.</summary>
    public bool ConsumersAway { get; set; }

    public IssuerDefinition Discovery => new("id", Provider.Address, Audiences: ["gateway"]);

    public IssuerDefinition Introspection => new("id", Provider.Address, IssuerKind.Introspection, IntrospectionUrl: Provider.IntrospectionUrl, ClientId: "gate way");

    public static TokenRequirement Wanted { get; } = new() { Issuers = [Id], Claims = [], BesideKey = false, KeyWillDo = false, Forward = false };

    public static async Task<TokenHarness> StartAsync(TokensOptions? options = null, TimeProvider? clock = null)
    {
        var provider = await TestIdentityProvider.StartAsync();
        provider.Keys.Add(new SigningKey("k1", "ES256"));
        return new TokenHarness(provider, options ?? new TokensOptions { TimeoutMilliseconds = 30_000 }, clock ?? TimeProvider.System);
    }

    public void Use(IssuerDefinition definition, params TenantDocument[] tenants) =>
        Issuers.Use([new IssuerDocument(Id, definition, definition.Kind == IssuerKind.Introspection ? _secrets.Seal(Id, new Application.Abstractions.ClearSecret("s:cret%")) : null)], tenants);

    /// <summary>What a request would get: memory first.</summary>
    public async Task<TokenLookup> FindAsync(string token) =>
        Directory.TryFindCached(token, Wanted, Clock.GetUtcNow(), out var cached) ? cached : await Directory.FindAsync(token, Wanted, CancellationToken.None);

    public static ConsumerRecord Consumer(string name, bool suspended = false)
    {
        var id = new ConsumerId(Guid.CreateVersion7());
        return new ConsumerRecord { Id = id, IdText = id.ToString(), Name = name, Suspended = suspended, TierId = null };
    }

    public ValueTask<ConsumerLookup> FindAsync(TenantId tenant, ConsumerMatch match, string text, CancellationToken cancellationToken) =>
        new(ConsumersAway ? default : new ConsumerLookup(true, Consumers.GetValueOrDefault(text)));

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Provider.DisposeAsync();
    }
}
