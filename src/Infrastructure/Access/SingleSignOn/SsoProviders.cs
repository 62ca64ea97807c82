using DataHub.Application.Access.SignIn;
using DataHub.Application.Access.SingleSignOn;
using DataHub.Domain.SharedKernel;
using DataHub.Infrastructure.Access.Tokens;
using DataHub.Infrastructure.Outbound;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Access.SingleSignOn;

/// <summary>The providers of the settings.</summary>
internal sealed class SsoProviders : ISsoProviders
{
    private readonly Dictionary<string, (SsoProviderOptions Options, OpenIdProvider Client)> _providers;

    public SsoProviders(
        IOptions<SsoOptions> options,
        IOptions<SignInOptions> signIn,
        IOptions<TokensOptions> tokens,
        IKeySetFetcher fetcher,
        OutboundClient outbound,
        TimeProvider clock,
        ILogger<OpenIdProvider> logger)
    {
        var origin = signIn.Value.PublicUrl.TrimEnd('/');
        _providers = options.Value.Providers.ToDictionary(
            p => p.Key,
            p => (p.Value, new OpenIdProvider(p.Key, p.Value, new Uri($"{origin}/api/v1/auth/sso/{p.Key}/callback", UriKind.RelativeOrAbsolute), tokens.Value, fetcher, outbound, clock, logger)));
        All = [.. _providers.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => new SsoProviderInfo(p.Key, p.Value.Options.DisplayName is { Length: > 0 } name ? name : p.Key))];
    }

    public IReadOnlyList<SsoProviderInfo> All { get; }

    public Task<Uri> AuthorizeAsync(string provider, SsoChallenge challenge, CancellationToken cancellationToken) =>
        Of(provider).Client.AuthorizeAsync(challenge).WaitAsync(cancellationToken);

    public Task<SsoIdentity> RedeemAsync(string provider, string code, string? issuer, SsoChallenge challenge, CancellationToken cancellationToken) =>
        Of(provider).Client.RedeemAsync(code, issuer, challenge).WaitAsync(cancellationToken);

    public SsoGrant GrantOf(string provider, SsoIdentity identity)
    {
        var options = Of(provider).Options;
        var rule = options.Roles.Find(r => identity.Groups.Contains(r.Group, StringComparer.Ordinal));
        return new SsoGrant(
            options.Roles.Count > 0,
            SsoOptionsRules.RoleOf(rule?.Role ?? options.DefaultRole),
            rule?.Global ?? false,
            options.CreateUsers,
            EntityId.TryParse<TenantId>(options.TenantId, out var tenant) ? tenant : TenantId.Default);
    }

    private (SsoProviderOptions Options, OpenIdProvider Client) Of(string provider) =>
        _providers.TryGetValue(provider, out var found) ? found : throw new DomainException(SsoErrors.Unknown);
}
