using DataHub.Domain.Observability.Audit;
using DataHub.Domain.SharedKernel;
using Npgsql;
using NpgsqlTypes;

namespace DataHub.Infrastructure.Observability.Audit;

/// <summary>The columns of the trail, in one order for reading and writing.</summary>
internal static class AuditColumns
{
    public const string List = """
        tenant_id, sequence, id, at, actor_kind, actor_id, actor_subject, action, resource_type, resource_id, client_ip, user_agent, request_id,
        result, code, count, details, before, after, key_version, hash
        """;

    public const string Insert = $"INSERT INTO observability.audit ({List}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)";

    public static void AddTo(NpgsqlParameterCollection parameters, AuditRecord record)
    {
        parameters.Add(Of(record.Tenant.Value, NpgsqlDbType.Uuid));
        parameters.Add(Of(record.Sequence, NpgsqlDbType.Bigint));
        parameters.Add(Of(record.Id.Value, NpgsqlDbType.Uuid));
        parameters.Add(Of(record.At.UtcDateTime, NpgsqlDbType.TimestampTz));
        parameters.Add(Of(record.ActorKind, NpgsqlDbType.Text));
        parameters.Add(Of(record.ActorId, NpgsqlDbType.Text));
        parameters.Add(Of(record.ActorSubject, NpgsqlDbType.Text));
        parameters.Add(Of(record.Action, NpgsqlDbType.Text));
        parameters.Add(Of(record.ResourceType, NpgsqlDbType.Text));
        parameters.Add(Of(record.ResourceId, NpgsqlDbType.Text));
        parameters.Add(Of(record.ClientIp, NpgsqlDbType.Text));
        parameters.Add(Of(record.UserAgent, NpgsqlDbType.Text));
        parameters.Add(Of(record.RequestId, NpgsqlDbType.Text));
        parameters.Add(Of(record.Result, NpgsqlDbType.Text));
        parameters.Add(Of(record.Code, NpgsqlDbType.Text));
        parameters.Add(Of(record.Count, NpgsqlDbType.Integer));
        parameters.Add(Of(record.Details, NpgsqlDbType.Json));
        parameters.Add(Of(record.Before, NpgsqlDbType.Json));
        parameters.Add(Of(record.After, NpgsqlDbType.Json));
        parameters.Add(Of(record.KeyVersion, NpgsqlDbType.Integer));
        parameters.Add(Of(record.Hash.ToArray(), NpgsqlDbType.Bytea));
    }

    public static AuditRecord Read(NpgsqlDataReader reader) => new()
    {
        Tenant = new TenantId(reader.GetGuid(0)),
        Sequence = reader.GetInt64(1),
        Id = new AuditRecordId(reader.GetGuid(2)),
        At = new DateTimeOffset(reader.GetDateTime(3)),
        ActorKind = reader.GetString(4),
        ActorId = reader.GetString(5),
        ActorSubject = Text(reader, 6),
        Action = reader.GetString(7),
        ResourceType = reader.GetString(8),
        ResourceId = Text(reader, 9),
        ClientIp = Text(reader, 10),
        UserAgent = Text(reader, 11),
        RequestId = Text(reader, 12),
        Result = reader.GetString(13),
        Code = Text(reader, 14),
        Count = reader.GetInt32(15),
        Details = Text(reader, 16),
        Before = Text(reader, 17),
        After = Text(reader, 18),
        KeyVersion = reader.GetInt32(19),
        Hash = reader.GetFieldValue<byte[]>(20),
    };

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static NpgsqlParameter Of(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}
