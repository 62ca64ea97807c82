using DataHub.Application.Abstractions;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Observability.Contracts;

/// <summary>How an audited action ended.</summary>
public enum AuditResult
{
    /// <summary>It was done.</summary>
    Success,

    /// <summary>It was refused: the identity may not do it.</summary>
    Denied,

    /// <summary>It failed: such as a sign-in with a wrong password.</summary>
    Failure,
}

/// <summary>A record that stands outside of a command.</summary>
/// <param name="Action">Such as <c>session.sign-in</c>.</param>
/// <param name="ResourceType">Such as <c>user</c>.</param>
/// <param name="ResourceId">Printed id; null where nothing is known.</param>
/// <param name="Result">How it ended.</param>
public sealed record AuditNote(string Action, string ResourceType, string? ResourceId, AuditResult Result)
{
    /// <summary>Who; null for the actor of the request.</summary>
    public Actor? Actor { get; init; }

    /// <summary>In which tenant; null for that of the request.</summary>
    public TenantId? Tenant { get; init; }

    /// <summary>The error code of a refusal; null for none.</summary>
    public string? Code { get; init; }

    /// <summary>What else is worth keeping, written as JSON; no secret.</summary>
    public object? Details { get; init; }
}

/// <summary>
/// The audit trail. Changes of aggregates are recorded by themselves, in the transaction of the command; this adds what a change does not tell.
/// Scoped to a request: actor, address and request id come from <see cref="WriteContext"/>.
/// </summary>
public interface IAuditTrail
{
    /// <summary>Adds a record to the running command; kept or rolled back with it.</summary>
    /// <param name="action">Such as <c>key.rotate</c>.</param>
    /// <param name="resourceType">Such as <c>key</c>.</param>
    /// <param name="resourceId">Printed id.</param>
    /// <param name="details">What else is worth keeping, written as JSON; no secret.</param>
    void Note(string action, string resourceType, string resourceId, object? details = null);

    /// <summary>Writes a record in a transaction of its own: failed sign-ins, denied attempts.</summary>
    /// <param name="note">The record.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task RecordAsync(AuditNote note, CancellationToken cancellationToken);
}
