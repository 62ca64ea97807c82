using System.Net;
using DataHub.Application.Abstractions;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Access.Scopes;
using DataHub.Application.Routing.Contracts;
using DataHub.Application.Traffic.Contracts;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Scopes;
using DataHub.Domain.SharedKernel;
using FluentValidation;
using MediatR;

namespace DataHub.Application.Access.ApiKeys;

/// <summary>Decides over a secret as the request path would, for services that do not stand behind the proxy.</summary>
/// <param name="Secret">What was presented.</param>
/// <param name="RouteId">Printed id of the route whose scopes are needed; null for none.</param>
/// <param name="ApiId">Printed id of the API that is called; null for that of the route.</param>
/// <param name="Scopes">Scopes that are needed beside those of the route.</param>
/// <param name="AnyScope">True: one of <paramref name="Scopes"/> is enough.</param>
/// <param name="ClientIp">Where the caller comes from; null to leave networks and limits by address out.</param>
/// <param name="Cost">Requests that are charged to the limits of the key's tier, all or nothing; 0 charges none.</param>
public sealed record VerifyKey(
    ClearSecret Secret, string? RouteId, string? ApiId, IReadOnlyList<string> Scopes, bool AnyScope, string? ClientIp, int Cost) : IQuery<VerifiedKey>
{
    /// <summary>Most requests that one verification charges.</summary>
    public const int MaxCost = 10_000;
}

/// <summary>What came of a verification.</summary>
/// <param name="Valid">Whether the request path would let the caller pass.</param>
/// <param name="Code">The error code of the refusal; null when valid.</param>
/// <param name="Detail">The refusal in words; null when valid.</param>
/// <param name="Key">The key; null when the secret belongs to none.</param>
/// <param name="Consumer">Whose key it is; null when the secret belongs to none.</param>
/// <param name="Scopes">What the key may do on the API that was named.</param>
/// <param name="MissingScopes">What it lacks of what was asked for.</param>
/// <param name="Remaining">The limits that were charged; null when nothing was.</param>
public sealed record VerifiedKey(
    bool Valid,
    string? Code,
    string? Detail,
    VerifiedKeyOwner? Key,
    VerifiedConsumer? Consumer,
    IReadOnlyList<string> Scopes,
    IReadOnlyList<string> MissingScopes,
    IReadOnlyList<VerifiedLimit>? Remaining);

/// <summary>The key of a secret.</summary>
/// <param name="Id">Its printed id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Environment">What it is for.</param>
/// <param name="SecretVersion">Which of its secrets it was.</param>
/// <param name="ExpiresAt">UTC instant from which this secret is refused; null for never.</param>
/// <param name="Metadata">Free pairs.</param>
public sealed record VerifiedKeyOwner(
    string Id, string Name, KeyEnvironment Environment, int SecretVersion, DateTimeOffset? ExpiresAt, IReadOnlyDictionary<string, string> Metadata);

/// <summary>The consumer of a secret.</summary>
/// <param name="Id">Its printed id.</param>
/// <param name="Name">Its name.</param>
public sealed record VerifiedConsumer(string Id, string Name);

/// <summary>One limit after the charge.</summary>
/// <param name="Limit">Its name in the tier.</param>
/// <param name="Remaining">Units left.</param>
/// <param name="ResetSeconds">Seconds until more come.</param>
public sealed record VerifiedLimit(string Limit, long Remaining, int ResetSeconds);

internal sealed class VerifyKeyValidator : AbstractValidator<VerifyKey>
{
    public VerifyKeyValidator()
    {
        RuleFor(q => q.Cost).InclusiveBetween(0, VerifyKey.MaxCost).WithErrorCode("out_of_range");
        RuleFor(q => q.Scopes).Must(s => s.Count <= Scope.MaxPerKey).WithErrorCode("too_many");
        RuleForEach(q => q.Scopes).Must(Scope.IsRequirement).WithErrorCode("invalid_scope").WithMessage("A scope that is needed is resource:action, without '*'.");
        RuleFor(q => q.ClientIp).Must(ip => ip is null || IPAddress.TryParse(ip, out _)).WithErrorCode("invalid_ip").WithMessage("An IPv4 or IPv6 address.");
    }
}

internal sealed class VerifyKeyHandler(
    IKeyDirectory directory, IApiKeyRepository keys, IGatewaySnapshotSource snapshots, VerificationLimits limits, WriteContext write, TimeProvider clock) : IRequestHandler<VerifyKey, VerifiedKey>
{
    private static readonly DomainError Away = new(ErrorCodes.StoreUnavailable, "The key cannot be checked at the moment; try again shortly.");

    public async Task<VerifiedKey> Handle(VerifyKey request, CancellationToken cancellationToken)
    {
        var route = RouteOf(request);
        var secret = request.Secret.Reveal();
        if (!KeyFormat.IsWellFormed(secret))
        {
            return Unknown(ErrorCodes.ApiKeyMalformed, "The secret is not of the form dh_live_…; it was not copied whole.");
        }

        var lookup = directory.TryFindCached(secret, out var known) ? known : await directory.FindAsync(secret, cancellationToken);
        if (lookup.Status == KeyLookupStatus.StoreUnavailable)
        {
            throw new DomainException(Away);
        }

        // Loaded besides, because who asks may not know of every key.
        return lookup.Caller is { } caller && await keys.FindAsync(caller.KeyId, cancellationToken) is { } key
            ? await DecideAsync(request, route, caller, key, cancellationToken)
            : Unknown(ErrorCodes.ApiKeyInvalid, "No key has this secret.");
    }

    private async Task<VerifiedKey> DecideAsync(VerifyKey request, CompiledRoute? route, CallerRecord caller, ApiKey key, CancellationToken cancellationToken)
    {
        var grant = (request.ApiId ?? route?.ApiIdText) is { } api ? caller.ScopesOn(api) : caller.Scopes;
        var missing = Missing(request, route, grant);
        var admission = AdmissionOf(request, caller, missing);
        var (allowed, remaining) = admission.Allowed && request.Cost > 0 && !write.DryRun ? await limits.ChargeAsync(request, route, caller, cancellationToken) : (true, null);
        if (!allowed)
        {
            admission = new Admission(ErrorCodes.RateLimitExceeded, "A limit of the key's tier is used up.");
        }

        var owner = new VerifiedKeyOwner(caller.KeyIdText, key.Name, key.Environment, caller.SecretVersion, caller.ExpiresAt, key.Metadata);
        return new VerifiedKey(
            admission.Allowed, admission.Code, admission.Detail, owner, new VerifiedConsumer(caller.ConsumerIdText, caller.ConsumerName), grant.Scopes, missing, remaining);
    }

    // In the order of the request path, without limits: key, consumer, address, kind of key, scopes.
    private Admission AdmissionOf(VerifyKey request, CallerRecord caller, List<string> missing)
    {
        var from = request.ClientIp is null ? null : IPAddress.Parse(request.ClientIp);
        var admission = KeyAdmissionPolicy.Decide(caller, from, clock.GetUtcNow());
        if (!admission.Allowed && (admission.Code != ErrorCodes.IpNotAllowed || from is not null))
        {
            return admission;
        }

        return caller.Environment == KeyFormat.WordOf(KeyEnvironment.Admin) ? new Admission(ErrorCodes.ApiKeyInvalid, "An admin key opens the admin API only.")
            : missing.Count > 0 ? new Admission(ErrorCodes.InsufficientScope, $"The key lacks {string.Join(", ", missing)}.")
            : Admission.Ok;
    }

    private static List<string> Missing(VerifyKey request, CompiledRoute? route, ScopeGrant grant)
    {
        var missing = new List<string>();
        if (route is not null && !ScopePolicy.Decide(grant, route.RequiredScopes, route.AnyScope).Allowed)
        {
            missing.AddRange(ScopePolicy.Missing(grant, route.RequiredScopes));
        }

        string[] wanted = [.. request.Scopes];
        if (!ScopePolicy.Decide(grant, wanted, request.AnyScope).Allowed)
        {
            missing.AddRange(ScopePolicy.Missing(grant, wanted));
        }

        return [.. missing.Distinct(StringComparer.Ordinal)];
    }

    private CompiledRoute? RouteOf(VerifyKey request)
    {
        if (request.ApiId is { } api && !snapshots.Current.Document.Apis.Any(a => a.TenantId == write.Tenant && a.Id.ToString() == api))
        {
            throw new DomainException(ApiKeyErrors.Invalid, $"There is no API {api}.", "/apiId");
        }

        return request.RouteId is not { } id ? null
            : snapshots.Current.Routes.GetValueOrDefault(id) is { } route && (route.AllTenants || route.TenantId == write.Tenant) ? route
            : throw new DomainException(ApiKeyErrors.Invalid, $"There is no enabled route {id}.", "/routeId");
    }

    private static VerifiedKey Unknown(string code, string detail) => new(false, code, detail, null, null, [], [], null);
}
