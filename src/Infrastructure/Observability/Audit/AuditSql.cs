using System.Globalization;
using System.Text;
using DataHub.Application.Observability.Audit;
using Npgsql;

namespace DataHub.Infrastructure.Observability.Audit;

/// <summary>Builds the statement of a list; whatever a caller wrote is a parameter.</summary>
internal static class AuditSql
{
    /// <summary>A page of a filter.</summary>
    public static NpgsqlCommand List(AuditFilter filter, long? after, int count, bool ascending)
    {
        var command = new NpgsqlCommand();
        var sql = new StringBuilder("SELECT ").Append(AuditColumns.List).Append(" FROM observability.audit WHERE ");
        Add("tenant_id = ", filter.Tenant.Value);
        Add(ascending ? " AND sequence > " : " AND sequence < ", after);
        Add(" AND id = ", filter.Id?.Value);
        Add(" AND at >= ", filter.From?.UtcDateTime);
        Add(" AND at < ", filter.To?.UtcDateTime);
        Add(" AND actor_id = ", filter.Actor);
        Add(" AND resource_type = ", filter.ResourceType);
        Add(" AND resource_id = ", filter.ResourceId);
        Add(" AND result = ", filter.Result);
        Add(" AND request_id = ", filter.RequestId);
        if (filter.Action is { } action)
        {
            // "key.*" means all that begins with "key.".
            Add(action.EndsWith('*') ? " AND starts_with(action, " : " AND action = ", action.TrimEnd('*'));
            sql.Append(action.EndsWith('*') ? ")" : "");
        }

        sql.Append(CultureInfo.InvariantCulture, $" ORDER BY sequence {(ascending ? "ASC" : "DESC")} LIMIT {count}");
        command.CommandText = sql.ToString();
        return command;

        void Add(string condition, object? value)
        {
            if (value is not null)
            {
                // No stored text holds the character that PostgreSQL refuses, so a search for it finds nothing, without an error.
                command.Parameters.Add(new NpgsqlParameter { Value = value is string text ? text.Replace('\0', '\u0001') : value });
                sql.Append(condition).Append('$').Append(command.Parameters.Count);
            }
        }
    }
}
