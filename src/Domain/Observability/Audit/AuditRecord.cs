using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Observability.Audit;

/// <summary>Who did what to which resource, from where and with which result. Written once, never changed; a link of the chain of its tenant.</summary>
public sealed record AuditRecord
{
    /// <summary>Action of the record that the gateway itself writes when it finds the end of a chain other than it left it.</summary>
    public const string BreakAction = "audit.break";

    /// <summary>The tenant whose chain it belongs to.</summary>
    public required TenantId Tenant { get; init; }

    /// <summary>Its place in the chain: from 1, without gaps.</summary>
    public required long Sequence { get; init; }

    /// <summary>Its id.</summary>
    public required AuditRecordId Id { get; init; }

    /// <summary>UTC instant at which it was written, in whole microseconds.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Kind of identity: <c>user</c>, <c>admin-key</c>, <c>api-key</c>, <c>system</c>, <c>anonymous</c>.</summary>
    public required string ActorKind { get; init; }

    /// <summary>Printed id of the user or key; <c>system</c> or <c>anonymous</c>.</summary>
    public required string ActorId { get; init; }

    /// <summary>Subject at the identity provider; null for who did not sign in there.</summary>
    public string? ActorSubject { get; init; }

    /// <summary>What was done, such as <c>key.rotate</c>.</summary>
    public required string Action { get; init; }

    /// <summary>Kind of resource, such as <c>key</c>.</summary>
    public required string ResourceType { get; init; }

    /// <summary>Printed id of the resource; null where none is known.</summary>
    public string? ResourceId { get; init; }

    /// <summary>Address of the caller; null for what the gateway does by itself.</summary>
    public string? ClientIp { get; init; }

    /// <summary>User agent of the caller; null for none.</summary>
    public string? UserAgent { get; init; }

    /// <summary>Id of the request; null outside of requests.</summary>
    public string? RequestId { get; init; }

    /// <summary><c>success</c>, <c>denied</c> or <c>failure</c>.</summary>
    public required string Result { get; init; }

    /// <summary>The error code of a refusal; null for none.</summary>
    public string? Code { get; init; }

    /// <summary>How many equal attempts it stands for, from 1: repeated refusals within a minute are one record.</summary>
    public int Count { get; init; } = 1;

    /// <summary>What else is worth knowing, as JSON; null for nothing.</summary>
    public string? Details { get; init; }

    /// <summary>The fields that changed as they were, as JSON; null for a resource that was made.</summary>
    public string? Before { get; init; }

    /// <summary>The fields that changed as they are, as JSON; null for a resource that was removed.</summary>
    public string? After { get; init; }

    /// <summary>Version of the key that authenticates it.</summary>
    public required int KeyVersion { get; init; }

    /// <summary>Authenticates all of the above together with the hash of the record before: 32 bytes.</summary>
    public ReadOnlyMemory<byte> Hash { get; init; }
}
