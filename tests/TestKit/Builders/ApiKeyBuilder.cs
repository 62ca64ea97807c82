using System.Security.Cryptography;
using System.Text;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.TestKit.Builders;

/// <summary>A valid key, with what a test cares about changed.</summary>
public sealed class ApiKeyBuilder
{
    private readonly List<string> _allowedIps = [];
    private ConsumerId _consumerId = new(Guid.CreateVersion7());
    private KeyEnvironment _environment = KeyEnvironment.Live;
    private string[] _scopes = [];
    private RateLimitTierId? _tierId;
    private DateTimeOffset? _expiresAt;
    private SecretFingerprint? _secret;

    public static DateTimeOffset Noon { get; } = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public ApiKeyBuilder Of(ConsumerId consumerId) => With(() => _consumerId = consumerId);

    public ApiKeyBuilder For(KeyEnvironment environment) => With(() => _environment = environment);

    public ApiKeyBuilder Scoped(params string[] scopes) => With(() => _scopes = scopes);

    public ApiKeyBuilder InTier(RateLimitTierId tierId) => With(() => _tierId = tierId);

    public ApiKeyBuilder AllowedFrom(params string[] networks) => With(() => _allowedIps.AddRange(networks));

    public ApiKeyBuilder ExpiringAt(DateTimeOffset instant) => With(() => _expiresAt = instant);

    public ApiKeyBuilder WithSecret(SecretFingerprint secret) => With(() => _secret = secret);

    public static ApiKeySettings Settings(string name = "key", DateTimeOffset? expiresAt = null) =>
        new(name, [], null, [], expiresAt, new Dictionary<string, string>());

    public static IpRange Range(string text) => IpRange.TryParse(text, out var range) is { } mistake ? throw new ArgumentException(mistake) : range!;

    public static SecretFingerprint Fingerprint(string secret = "any") =>
        new(new SecretDigest(SHA256.HashData(Encoding.UTF8.GetBytes(secret))), 1, "dh_live_aaaa", "zzzz");

    public ApiKey Build()
    {
        var settings = new ApiKeySettings("key", _scopes, _tierId, [.. _allowedIps.Select(Range)], _expiresAt, new Dictionary<string, string>());
        return ApiKey.Issue(
            new ApiKeyId(Guid.CreateVersion7()), _consumerId, _environment, _secret ?? Fingerprint(Guid.CreateVersion7().ToString()), settings, "system", Noon);
    }

    private ApiKeyBuilder With(Action change)
    {
        change();
        return this;
    }
}
