using System.Globalization;
using System.Text;
using DataHub.Application.Observability.RequestLogs;
using Npgsql;

namespace DataHub.Infrastructure.Observability.RequestLogs;

/// <summary>
/// Builds the statements that read the request log. Each predicate is written so that an index answers it: numbers that decide
/// whether a partial index applies stand in the text, everything that a caller wrote is a parameter.
/// </summary>
internal static class RequestLogSql
{
    /// <summary>The columns, in the order in which the reader takes them.</summary>
    public const string Columns = """
        at, id, duration_us, upstream_us, request_bytes, response_bytes, epoch, status, outcome, secret_version, route_id, key_id, consumer_id,
        trace_id, span_id, client_ip, method, host, path, query, protocol, error_code, error_type, api, upstream_id, destination, user_agent,
        node, key_source, tier, limits, missing_scopes, issuer_id, subject
        """;

    /// <summary>A request id carries the millisecond at which it was made; the record's instant is taken at the same moment or nearly so.</summary>
    public static readonly TimeSpan IdTolerance = TimeSpan.FromSeconds(2);

    // As many characters as the index on the path holds, less than its 64 so that no wildcard needs the last.
    private const int IndexedPathChars = 60;

    // The routes that the log has seen, each found by one step through the index on the route, and of them those that belonged to the API
    // when first or last seen in the time that is asked for: its slug may have changed. An index on the API itself would cost every request
    // for a question that is seldom asked.
    private const string RoutesOfApi = """
        WITH RECURSIVE seen(id) AS (
            (SELECT route_id FROM observability.request_logs WHERE route_id IS NOT NULL ORDER BY route_id LIMIT 1)
            UNION ALL
            SELECT (SELECT l.route_id FROM observability.request_logs l WHERE l.route_id > seen.id ORDER BY l.route_id LIMIT 1) FROM seen WHERE seen.id IS NOT NULL
        ), routes AS MATERIALIZED (
            SELECT id FROM seen WHERE id IS NOT NULL
            AND @api IN ((SELECT l.api FROM observability.request_logs l WHERE l.route_id = seen.id@range ORDER BY l.at DESC LIMIT 1),
                (SELECT l.api FROM observability.request_logs l WHERE l.route_id = seen.id@range ORDER BY l.at LIMIT 1))
        )
        """;

    /// <summary>A page of a filter, latest first.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="after">The last row of the page before.</param>
    /// <param name="count">Most rows wanted.</param>
    /// <param name="tenancy">Whose rows: <see cref="Persistence.TenantScope.Condition"/>.</param>
    public static NpgsqlCommand List(RequestLogFilter filter, RequestLogPosition? after, int count, string tenancy)
    {
        var command = new NpgsqlCommand();
        var byApi = filter is { Api: not null, RouteId: null, KeyId: null, ConsumerId: null, Subject: null, RequestId: null };
        var sql = new StringBuilder("SELECT ").Append(Columns).Append(" FROM observability.request_logs WHERE ").Append(byApi ? "route_id = routes.id" : "true").Append(" AND ").Append(tenancy);
        var range = new StringBuilder();
        AddRange(range, command, filter);
        sql.Append(range);
        AddPlace(sql, command, filter, after);
        AddIds(sql, command, filter);
        AddResult(sql, filter);
        if (filter.Method is { } method)
        {
            sql.Append(" AND method = ").Append(Parameter(command, Clean(method)));
        }

        if (filter.PathPrefix is { } prefix)
        {
            AddPath(sql, command, prefix);
        }

        var order = string.Create(CultureInfo.InvariantCulture, $" ORDER BY at DESC, id DESC LIMIT {count}");
        sql.Append(order);
        command.CommandText = byApi
            ? RoutesOfApi.Replace("@api", Parameter(command, Clean(filter.Api!)), StringComparison.Ordinal).Replace("@range", range.ToString(), StringComparison.Ordinal) + $" SELECT page.* FROM routes CROSS JOIN LATERAL ({sql}) page{order}"
            : sql.ToString();
        return command;
    }

    /// <summary>The range of instants in which the record of an id lies; null for an id that no clock made.</summary>
    public static (DateTimeOffset From, DateTimeOffset To)? RangeOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        var milliseconds = (long)(System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16);
        if (milliseconds > DateTimeOffset.MaxValue.AddDays(-1).ToUnixTimeMilliseconds())
        {
            return null;
        }

        var made = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        return (made - IdTolerance, made + IdTolerance);
    }

    private static void AddRange(StringBuilder sql, NpgsqlCommand command, RequestLogFilter filter)
    {
        if (filter.From is { } from)
        {
            sql.Append(" AND at >= ").Append(Parameter(command, from.UtcDateTime));
        }

        if (filter.To is { } to)
        {
            sql.Append(" AND at < ").Append(Parameter(command, to.UtcDateTime));
        }
    }

    private static void AddPlace(StringBuilder sql, NpgsqlCommand command, RequestLogFilter filter, RequestLogPosition? after)
    {
        if (after is { } position)
        {
            // The comparison of rows finds the place in the index, the plain one leaves out whole partitions.
            var at = Parameter(command, position.At.UtcDateTime);
            sql.Append(" AND at <= ").Append(at).Append(" AND (at, id) < (").Append(at).Append(", ").Append(Parameter(command, position.Id)).Append(')');
        }

        if (filter.RequestId is { } id)
        {
            var range = RangeOf(id);
            sql.Append(range is null ? " AND false" : " AND id = ").Append(range is null ? "" : Parameter(command, id));
            if (range is var (first, last))
            {
                sql.Append(" AND at >= ").Append(Parameter(command, first.UtcDateTime)).Append(" AND at <= ").Append(Parameter(command, last.UtcDateTime));
            }
        }
    }

    private static void AddIds(StringBuilder sql, NpgsqlCommand command, RequestLogFilter filter)
    {
        AddEqual(sql, command, "route_id", filter.RouteId);
        AddEqual(sql, command, "key_id", filter.KeyId);
        AddEqual(sql, command, "consumer_id", filter.ConsumerId);
        AddEqual(sql, command, "issuer_id", filter.IssuerId);
        if (filter.Subject is { } subject)
        {
            sql.Append(" AND subject = ").Append(Parameter(command, Clean(subject)));
        }

        if (filter.Api is { } api)
        {
            sql.Append(" AND api = ").Append(Parameter(command, Clean(api)));
        }
    }

    private static void AddResult(StringBuilder sql, RequestLogFilter filter)
    {
        if (filter.Status is { } status)
        {
            sql.Append(CultureInfo.InvariantCulture, $" AND status = {status}");
        }

        if (filter.StatusClass is { } statusClass)
        {
            sql.Append(CultureInfo.InvariantCulture, $" AND status >= {statusClass * 100} AND status < {(statusClass + 1) * 100}");
        }

        if (filter.Outcome is { } outcome)
        {
            sql.Append(CultureInfo.InvariantCulture, $" AND outcome = {(int)outcome}");
        }

        if (filter.MinDurationMicros is { } micros)
        {
            sql.Append(CultureInfo.InvariantCulture, $" AND duration_us >= {micros}");
        }
    }

    private static void AddPath(StringBuilder sql, NpgsqlCommand command, string prefix)
    {
        var indexed = prefix.Length <= IndexedPathChars ? prefix : prefix[..IndexedPathChars];
        if (char.IsHighSurrogate(indexed[^1]))
        {
            indexed = indexed[..^1];
        }

        var pattern = indexed.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal) + "%";
        sql.Append(" AND left(path, 64) LIKE ").Append(Parameter(command, pattern));
        if (indexed.Length < prefix.Length)
        {
            sql.Append(" AND starts_with(path, ").Append(Parameter(command, prefix)).Append(')');
        }
    }

    // No stored text holds the character that PostgreSQL refuses, so a search for it finds nothing, without an error.
    private static string Clean(string text) => text.Replace('\0', '\u0001');

    private static void AddEqual(StringBuilder sql, NpgsqlCommand command, string column, Guid? value)
    {
        if (value is { } id)
        {
            sql.Append(" AND ").Append(column).Append(" = ").Append(Parameter(command, id));
        }
    }

    private static string Parameter(NpgsqlCommand command, object value)
    {
        command.Parameters.Add(new NpgsqlParameter { Value = value });
        return "$" + command.Parameters.Count.ToString(CultureInfo.InvariantCulture);
    }
}
