using System.Diagnostics.Metrics;
using DataHub.Application.Access.Contracts;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Infrastructure.Access.ApiKeys;
using DataHub.Infrastructure.Access.Secrets;
using DataHub.Infrastructure.Randomness;
using DataHub.TestKit.Clocks;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DataHub.Infrastructure.IntegrationTests.Access.ApiKeys;

/// <summary>A key directory over a scripted store and a clock that moves only when told.</summary>
internal sealed class DirectoryHarness : IKeyLoader, IDisposable
{
    public const string Secret = "dh_live_000000000000000000000000000000AAAAAA";

    private int _loads;

    public DirectoryHarness(ApiKeysOptions? options = null, PepperRing? peppers = null, ISharedCache? shared = null, ManualClock? clock = null)
    {
        var chosen = Options.Create(options ?? new ApiKeysOptions());
        Clock = clock ?? new ManualClock();
        Peppers = peppers ?? new PepperRing([new Pepper(1, [.. Enumerable.Repeat((byte)7, 32)])]);
        Cache = new KeyCache(Clock, new CryptoRandom(), chosen);
        Shared = new SharedKeyCopies(shared is null ? [] : [shared], Cache, Clock, chosen);
        Exchanges = new OpenExchanges(Cache, this, Clock, NullLogger<OpenExchanges>.Instance);
        Directory = new KeyDirectory(Cache, this, Shared, Peppers, Clock, chosen, NullLogger<KeyDirectory>.Instance);
    }

    public ManualClock Clock { get; }

    public PepperRing Peppers { get; }

    public KeyCache Cache { get; }

    public SharedKeyCopies Shared { get; }

    public KeyDirectory Directory { get; }

    public OpenExchanges Exchanges { get; }

    /// <summary>What the node does when keys change, as the list of a database tells it.</summary>
    public KeyChanges ChangesOf(NpgsqlDataSource database) =>
        new(Cache, Shared, Exchanges, new KeyInvalidationLag(new TestMeters(), Clock), database, Clock, Options.Create(new ApiKeysOptions()));

    /// <summary>What the store answers.</summary>
    public Func<IReadOnlyList<SecretDigest>, CancellationToken, Task<KeyRow?>> Store { get; set; } = (_, _) => Task.FromResult<KeyRow?>(null);

    public int Loads => Volatile.Read(ref _loads);

    public static KeyRow Row { get; } = new(
        Guid.CreateVersion7(), 1, Guid.CreateVersion7(), "Acme", "live", false, false, false, null, [], ["a:read"], null, 1, Domain.SharedKernel.TenantId.Default.Value);

    public static string KeyId => Row.ToCaller(new KeyUsage()).KeyIdText;

    public static string ConsumerId => Row.ToCaller(new KeyUsage()).ConsumerIdText;

    public void Answers(KeyRow? row) => Store = (_, _) => Task.FromResult(row);

    public void IsAway() => Store = (_, _) => throw new NpgsqlException("refused");

    public async Task<KeyLookup> FindAsync(string secret = Secret) =>
        Directory.TryFindCached(secret, out var cached) ? cached : await Directory.FindAsync(secret, CancellationToken.None);

    Task<KeyRow?> IKeyLoader.LoadAsync(IReadOnlyList<SecretDigest> digests, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _loads);
        return Store(digests, cancellationToken);
    }

    Task<KeyRow?> IKeyLoader.ReloadAsync(ApiKeyId keyId, int secretVersion, CancellationToken cancellationToken) => Store([], cancellationToken);

    public void Dispose() => Directory.Dispose();

    private sealed class TestMeters : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
