using System.Net;
using DataHub.Application.Observability.Contracts;
using DataHub.Application.Observability.RequestLogs;
using DataHub.Infrastructure.Persistence;
using Npgsql;

namespace DataHub.Infrastructure.Observability.RequestLogs;

/// <summary>Reads the request log without an object mapper: one statement, plain columns.</summary>
/// <param name="dataSource">The database.</param>
/// <param name="tenancy">Whose rows are shown.</param>
internal sealed class RequestLogReader(NpgsqlDataSource dataSource, TenantScope tenancy) : IRequestLogReader
{
    private const int TimeoutSeconds = 15;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RequestLogRow>> ListAsync(RequestLogFilter filter, RequestLogPosition? after, int count, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = RequestLogSql.List(filter, after, count, tenancy.Condition());
        command.Connection = connection;
        command.CommandTimeout = TimeoutSeconds;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<RequestLogRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(Read(reader));
        }

        return rows;
    }

    /// <inheritdoc/>
    public async Task<RequestLogRow?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        (await ListAsync(new RequestLogFilter { RequestId = id }, null, 1, cancellationToken)) is [var row] ? row : null;

    private static RequestLogRow Read(NpgsqlDataReader reader) => new()
    {
        At = new DateTimeOffset(reader.GetDateTime(0)),
        Id = reader.GetGuid(1),
        DurationMicros = reader.GetInt64(2),
        UpstreamMicros = Value<long>(reader, 3),
        RequestBytes = reader.GetInt64(4),
        ResponseBytes = reader.GetInt64(5),
        Epoch = reader.GetInt64(6),
        Status = reader.GetInt16(7),
        Outcome = (RequestOutcome)reader.GetInt16(8),
        SecretVersion = reader.GetInt32(9),
        RouteId = Value<Guid>(reader, 10),
        KeyId = Value<Guid>(reader, 11),
        ConsumerId = Value<Guid>(reader, 12),
        TraceId = Value<Guid>(reader, 13)?.ToString("N"),
        SpanId = Value<long>(reader, 14)?.ToString("x16", System.Globalization.CultureInfo.InvariantCulture),
        ClientIp = Reference<IPAddress>(reader, 15),
        Method = reader.GetString(16),
        Host = reader.GetString(17),
        Path = reader.GetString(18),
        Query = reader.GetString(19),
        Protocol = reader.GetString(20),
        ErrorCode = Reference<string>(reader, 21),
        ErrorType = Reference<string>(reader, 22),
        Api = Reference<string>(reader, 23),
        UpstreamId = Reference<string>(reader, 24),
        Destination = Reference<string>(reader, 25),
        UserAgent = Reference<string>(reader, 26),
        Node = Reference<string>(reader, 27),
        KeySource = Reference<string>(reader, 28),
        Tier = Reference<string>(reader, 29),
        Limits = Reference<string>(reader, 30),
        MissingScopes = Reference<string[]>(reader, 31),
        IssuerId = Value<Guid>(reader, 32),
        Subject = Reference<string>(reader, 33),
    };

    private static T? Value<T>(NpgsqlDataReader reader, int column) where T : struct =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<T>(column);

    private static T? Reference<T>(NpgsqlDataReader reader, int column) where T : class =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<T>(column);
}
