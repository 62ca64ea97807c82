using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text.Json;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Access.Tokens;
using DataHub.Application.Access.Tokens.Verification;
using DataHub.Application.Routing.Contracts;
using DataHub.Domain.Access.Tokens;
using DataHub.Domain.SharedKernel;
using DataHub.Infrastructure.Outbound;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Access.Tokens;

/// <summary>The issuers in use on this node, taken from every snapshot before its routes are. An issuer that did not change goes on with its keys.</summary>
internal sealed class IssuerRing(
    IKeySetFetcher fetcher, IKeySetStore store, OutboundClient client, IssuerSecrets secrets, IOptions<TokensOptions> options, TimeProvider clock, ILogger<IssuerRing> logger)
    : ISnapshotListener, IIssuerProbe
{
    private readonly TokensOptions _options = options.Value;
    private FrozenDictionary<TokenIssuerId, IssuerUse> _current = FrozenDictionary<TokenIssuerId, IssuerUse>.Empty;

    /// <summary>The issuers by id.</summary>
    public FrozenDictionary<TokenIssuerId, IssuerUse> Current => Volatile.Read(ref _current);

    public Task<string?> ApplyAsync(GatewaySnapshot snapshot, CancellationToken cancellationToken)
    {
        Use(snapshot.Document.Issuers, snapshot.Document.Tenants);
        return Task.FromResult<string?>(null);
    }

    /// <summary>Takes a new list of issuers. Keys of new ones are asked for, not waited for.</summary>
    /// <param name="documents">All issuers.</param>
    /// <param name="tenants">All tenants but the default one, which may be left out.</param>
    public void Use(IReadOnlyList<IssuerDocument> documents, IReadOnlyList<TenantDocument> tenants)
    {
        var before = Current;
        var names = NamesOf(tenants);
        var next = documents.Where(d => d.Definition.Enabled).Select(d => Take(d, names, before)).ToFrozenDictionary(u => u.Terms.Id);
        Volatile.Write(ref _current, next);
        foreach (var old in before.Values.Where(old => !next.TryGetValue(old.Terms.Id, out var kept) || kept != old))
        {
            old.Retire();
        }

        foreach (var keys in next.Values.Select(u => u.Keys).OfType<KeySetSource>())
        {
            _ = keys.RefreshIfDueAsync();
        }
    }

    public async Task<IssuerState?> ProbeAsync(TokenIssuerId id, CancellationToken cancellationToken)
    {
        if (!Current.TryGetValue(id, out var issuer))
        {
            return null;
        }

        if (issuer.Introspection is { } introspection)
        {
            // Any token will do: what matters is whether the endpoint and the secret are good.
            var answer = await introspection.AskAsync("datahub-check", evenIfAway: true).WaitAsync(cancellationToken);
            var problem = answer.Available ? answer.Problem : answer.Problem ?? introspection.Problem;
            return new IssuerState(answer.Available && problem is null, problem, [], null);
        }

        var keys = issuer.Keys!;
        await keys.RefreshAsync().WaitAsync(cancellationToken);
        return new IssuerState(keys.Problem is null, keys.Problem, [.. (keys.Current?.Keys ?? []).Select(k => new IssuerKey(k.KeyId, k.Kind))], keys.FetchedAt);
    }

    // By name and by printed id.
    private static FrozenDictionary<string, TenantId> NamesOf(IReadOnlyList<TenantDocument> tenants)
    {
        var names = new Dictionary<string, TenantId>(StringComparer.Ordinal) { [TenantId.Default.ToString()] = TenantId.Default };
        foreach (var tenant in tenants)
        {
            names[tenant.Name] = tenant.Id;
            names[tenant.Id.ToString()] = tenant.Id;
        }

        return names.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private IssuerUse Take(IssuerDocument document, FrozenDictionary<string, TenantId> tenants, FrozenDictionary<TokenIssuerId, IssuerUse> before)
    {
        var fingerprint = Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(
            new { document, Tenants = document.Definition.TenantClaim is null ? null : tenants.OrderBy(t => t.Key, StringComparer.Ordinal) }, IssuerJson.Options)));
        if (before.TryGetValue(document.Id, out var old) && old.Fingerprint == fingerprint)
        {
            return old;
        }

        var terms = new IssuerTerms(document);
        return document.Definition.Kind == IssuerKind.Introspection
            ? new IssuerUse(terms, fingerprint, tenants, null, new IntrospectionClient(terms, secrets.Open(document.Id, document.ClientSecret), client, _options, clock, logger))
            : new IssuerUse(terms, fingerprint, tenants, new KeySetSource(terms, fetcher, store, _options, clock, logger), null);
    }
}
