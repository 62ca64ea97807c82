using System.Globalization;
using System.Text.Json;
using DataHub.Domain.Observability.Audit;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Observability.Audit;

/// <summary>A record as the API shows it.</summary>
/// <param name="Id">Printed id.</param>
/// <param name="Tenant">Printed id of the tenant.</param>
/// <param name="Sequence">Place in the chain of the tenant: from 1, without gaps.</param>
/// <param name="At">RFC 3339, UTC, with microseconds.</param>
/// <param name="Actor">Who.</param>
/// <param name="Action">What, such as <c>key.rotate</c>.</param>
/// <param name="Resource">On which.</param>
/// <param name="Result"><c>success</c>, <c>denied</c> or <c>failure</c>.</param>
/// <param name="Code">The error code of a refusal; null for none.</param>
/// <param name="Count">How many equal attempts it stands for.</param>
/// <param name="ClientIp">From where; null for what the gateway does by itself.</param>
/// <param name="UserAgent">With what; null for unknown.</param>
/// <param name="RequestId">In which request; null for none.</param>
/// <param name="Details">What else is worth knowing; null for nothing.</param>
/// <param name="Before">The fields that changed as they were; null for a resource that was made. Secrets are masked.</param>
/// <param name="After">The fields that changed as they are; null for a resource that was removed. Secrets are masked.</param>
/// <param name="KeyVersion">Version of the key of the hash.</param>
/// <param name="Hash">The hash that links it to all records before, in hexadecimal digits.</param>
public sealed record AuditEntry(
    string Id,
    string Tenant,
    long Sequence,
    string At,
    AuditActor Actor,
    string Action,
    AuditResource Resource,
    string Result,
    string? Code,
    int Count,
    string? ClientIp,
    string? UserAgent,
    string? RequestId,
    JsonElement? Details,
    JsonElement? Before,
    JsonElement? After,
    int KeyVersion,
    string Hash)
{
    /// <summary>Of a stored record.</summary>
    /// <param name="record">The record.</param>
    public static AuditEntry Of(AuditRecord record) => new(
        record.Id.ToString(),
        record.Tenant.ToString(),
        record.Sequence,
        TimeOf(record.At),
        new AuditActor(record.ActorKind, record.ActorId, record.ActorSubject),
        record.Action,
        new AuditResource(record.ResourceType, record.ResourceId),
        record.Result,
        record.Code,
        record.Count,
        record.ClientIp,
        record.UserAgent,
        record.RequestId,
        Parsed(record.Details),
        Parsed(record.Before),
        Parsed(record.After),
        record.KeyVersion,
        Convert.ToHexStringLower(record.Hash.Span));

    /// <summary>The record again, as an archive needs it to verify what it wrote.</summary>
    /// <exception cref="FormatException">An id or the hash is not of its form.</exception>
    public AuditRecord ToRecord() => new()
    {
        Id = EntityId.TryParse<AuditRecordId>(Id, out var id) ? id : throw new FormatException("The id of a record is malformed."),
        Tenant = EntityId.TryParse<TenantId>(Tenant, out var tenant) ? tenant : throw new FormatException("The tenant of a record is malformed."),
        Sequence = Sequence,
        At = DateTimeOffset.Parse(At, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUniversalTime(),
        ActorKind = Actor.Kind,
        ActorId = Actor.Id,
        ActorSubject = Actor.Subject,
        Action = Action,
        ResourceType = Resource.Type,
        ResourceId = Resource.Id,
        Result = Result,
        Code = Code,
        Count = Count,
        ClientIp = ClientIp,
        UserAgent = UserAgent,
        RequestId = RequestId,
        Details = Details?.GetRawText(),
        Before = Before?.GetRawText(),
        After = After?.GetRawText(),
        KeyVersion = KeyVersion,
        Hash = Convert.FromHexString(Hash),
    };

    /// <summary>An instant with all the digits that are hashed or signed.</summary>
    /// <param name="at">The instant.</param>
    public static string TimeOf(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static JsonElement? Parsed(string? json) => json is null ? null : JsonElement.Parse(json);
}

/// <summary>Who did it.</summary>
/// <param name="Kind"><c>user</c>, <c>admin-key</c>, <c>api-key</c>, <c>system</c> or <c>anonymous</c>.</param>
/// <param name="Id">Printed id; <c>system</c>, <c>anonymous</c>, or <c>various</c> where many were counted together.</param>
/// <param name="Subject">Subject at the identity provider; null for none.</param>
public sealed record AuditActor(string Kind, string Id, string? Subject);

/// <summary>What it was done to.</summary>
/// <param name="Type">Kind of resource.</param>
/// <param name="Id">Printed id; null where none is known.</param>
public sealed record AuditResource(string Type, string? Id);
