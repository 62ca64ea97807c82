using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Abstractions;

/// <summary>Who calls, from where and in which tenant, and what a write asked for beside its body: precondition, dry run. Scoped to one request.</summary>
public sealed class WriteContext
{
    /// <summary>The mismatch of RFC 9110 §13.1.1.</summary>
    public static readonly DomainError EtagMismatch = new(ErrorCodes.EtagMismatch, "The resource has changed since it was read.");

    /// <summary>True: everything is checked, nothing is kept.</summary>
    public bool DryRun { get; set; }

    /// <summary>The versions of <c>If-Match</c>; null when the header was absent or <c>*</c>.</summary>
    public IReadOnlyList<string>? IfMatch { get; set; }

    /// <summary>Who acts; the gateway itself outside of requests.</summary>
    public Actor Actor { get; set; } = Actor.System;

    /// <summary>The tenant that the request works in: the actor's own; for a global one the tenant of <c>X-DataHub-Tenant</c>, else the default tenant.</summary>
    public TenantId Tenant { get; set; } = TenantId.Default;

    /// <summary>Address of the caller as trusted proxies tell it; null outside of requests.</summary>
    public string? ClientIp { get; set; }

    /// <summary>When the request began; null outside of requests.</summary>
    public DateTimeOffset? BeganAt { get; set; }

    /// <summary>Id of the request, as in <c>X-Request-Id</c>; null outside of requests.</summary>
    public string? RequestId { get; set; }

    /// <summary>User agent of the caller; null for none and outside of requests.</summary>
    public string? UserAgent { get; set; }

    /// <summary>The right by which this request is carried out once; null for a request without an idempotency key.</summary>
    public IdempotencyClaim? Claim { get; set; }

    /// <summary>Name of the command that runs, such as <c>RevokeApiKey</c>; null outside of commands.</summary>
    public string? Command { get; set; }

    /// <summary>The entity tag of an aggregate: its version in double quotes.</summary>
    /// <param name="aggregate">The aggregate.</param>
    /// <returns>A strong entity tag.</returns>
    public static string EtagOf(IAggregateRoot aggregate) =>
        $"\"{aggregate.Version.ToString(System.Globalization.CultureInfo.InvariantCulture)}\"";

    /// <summary>Refuses when the caller named another version.</summary>
    /// <param name="aggregate">The aggregate as loaded.</param>
    /// <exception cref="DomainException"><see cref="ErrorCodes.EtagMismatch"/>.</exception>
    public void EnsureMatches(IAggregateRoot aggregate)
    {
        if (IfMatch is { } tags && !tags.Contains(EtagOf(aggregate)))
        {
            throw new DomainException(EtagMismatch, $"The resource is at version {EtagOf(aggregate)} now; read it again and repeat the change.");
        }
    }
}
