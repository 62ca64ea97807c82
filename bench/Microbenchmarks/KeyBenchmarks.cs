using System.Net;
using BenchmarkDotNet.Attributes;
using DataHub.Application.Access.ApiKeys;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Access.Scopes;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Infrastructure.Access.ApiKeys;
using DataHub.Infrastructure.Access.Secrets;
using DataHub.Infrastructure.Randomness;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DataHub.Benchmarks;

/// <summary>From the presented secret to the admitted caller: what every keyed request pays when its key is in memory.</summary>
[MemoryDiagnoser]
[BenchmarkCategory(ZeroAllocation.Decision)]
public class KeyBenchmarks
{
    private static readonly IPAddress Address = IPAddress.Parse("203.0.113.9");
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;
    private static readonly string[] Required = ["orders:read"];

    private readonly CryptoRandom _random = new();
    private string _secret = "";
    private Pepper _pepper = null!;
    private KeyDirectory _directory = null!;
    private CallerRecord _caller = null!;

    [GlobalSetup]
    public void Prepare()
    {
        var entropy = new byte[KeyFormat.EntropyLength];
        _random.Fill(entropy);
        _secret = KeyFormat.Generate(KeyEnvironment.Live, entropy);
        _pepper = new Pepper(1, new byte[Pepper.MinLength]);

        var options = Options.Create(new ApiKeysOptions { FreshSeconds = 3600 });
        var cache = new KeyCache(TimeProvider.System, _random, options);
        var row = new KeyRow(
            new Guid("0192f0c1-0000-7000-8000-000000000001"),
            1,
            new Guid("0192f0c1-0000-7000-8000-000000000002"),
            "bench",
            "live",
            Disabled: false,
            Revoked: false,
            ConsumerSuspended: false,
            ExpiresAt: null,
            ["203.0.113.0/24"],
            ["orders:read", "orders:write"],
            TierId: null,
            KeyVersion: 1);
        cache.TryStore(_pepper.Digest(_secret), row, TimeProvider.System.GetTimestamp(), cache.Ticket, out _caller);
        _directory = new KeyDirectory(
            cache,
            loader: null!,
            new SharedKeyCopies([], cache, TimeProvider.System, options),
            new PepperRing([_pepper]),
            TimeProvider.System,
            options,
            NullLogger<KeyDirectory>.Instance);
    }

    [GlobalCleanup]
    public void CleanUp() => _directory.Dispose();

    [Benchmark]
    public bool Format_Checksum() => KeyFormat.IsWellFormed(_secret);

    [Benchmark]
    public SecretDigest Pepper_Digest() => _pepper.Digest(_secret);

    [Benchmark]
    public bool Directory_Hit() => _directory.TryFindCached(_secret, out var lookup)
        && lookup.Status == KeyLookupStatus.Found ? true : throw new InvalidOperationException("The key was not in memory.");

    [Benchmark]
    public Admission Admission_WithNetworks() => KeyAdmissionPolicy.Decide(_caller, Address, Now);

    [Benchmark]
    public Admission Scope_Granted() => ScopePolicy.Decide(_caller.Scopes, Required, anyIsEnough: false);
}
