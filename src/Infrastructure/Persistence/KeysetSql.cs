using System.Globalization;
using System.Text;
using DataHub.Application.Abstractions;
using DataHub.Domain.SharedKernel;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace DataHub.Infrastructure.Persistence;

/// <summary>A field that a list can be sorted by.</summary>
/// <param name="Expression">SQL, never null.</param>
/// <param name="Type">Its type: <c>text</c> or <c>timestamptz</c>.</param>
internal sealed record SortField(string Expression, string Type);

/// <summary>
/// Finds the ids of one page by keyset: the page begins after the sort value and id of the last item, so that pages neither skip nor
/// repeat rows when others come and go, and deep pages cost what the first one does.
/// </summary>
/// <param name="from">Table and alias <c>t</c>, with joins.</param>
/// <param name="sorts">The sort fields by their name on the wire.</param>
/// <param name="ofTenants">True: rows belong to tenants, and only those of the request's are found.</param>
internal sealed class KeysetSql(string from, IReadOnlyDictionary<string, SortField> sorts, bool ofTenants = true)
{
    public const string Never = "-infinity";

    private const string DefaultSort = "-createdAt";

    private readonly StringBuilder _conditions = new("true");
    private readonly List<object> _values = [];
    private readonly StringBuilder _filters = new(from);

    /// <summary>Narrows the list. What is null does not narrow.</summary>
    /// <param name="condition">SQL with <c>{0}</c> where the value goes.</param>
    /// <param name="value">The value.</param>
    public KeysetSql Where(string condition, object? value)
    {
        if (value is not null)
        {
            _values.Add(value);
            _conditions.Append(" AND (").AppendFormat(CultureInfo.InvariantCulture, condition, $"${_values.Count}").Append(')');
            _filters.Append('|').Append(condition).Append('=').Append(value);
        }

        return this;
    }

    /// <summary>Narrows the list by a condition without a value.</summary>
    public KeysetSql Where(string? condition)
    {
        if (condition is not null)
        {
            _conditions.Append(" AND (").Append(condition).Append(')');
            _filters.Append('|').Append(condition);
        }

        return this;
    }

    /// <summary>Narrows the list to rows whose column contains a text, whatever its case.</summary>
    public KeysetSql Search(string column, string? text) => Where(
        column + " ILIKE {0}",
        string.IsNullOrEmpty(text) ? null : $"%{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%");

    /// <summary>Reads the page.</summary>
    /// <typeparam name="T">The item of the result.</typeparam>
    /// <param name="context">The connection.</param>
    /// <param name="list">Page and order.</param>
    /// <param name="load">Loads the items of ids, in any order.</param>
    /// <param name="idOf">The id of an item.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    public async Task<Page<T>> ReadAsync<T>(
        DataHubDbContext context, ListRequest list, Func<List<Guid>, Task<List<T>>> load, Func<T, Guid> idOf, CancellationToken cancellationToken)
    {
        var sort = list.Sort ?? DefaultSort;
        var field = sorts[sort.TrimStart('-')];
        var descending = sort.StartsWith('-');
        var filters = $"{_filters}|{sort}";
        if (Cursor.Decode(list.Cursor, filters) is { } cursor)
        {
            Begin(cursor, field, descending);
        }

        var direction = descending ? "DESC" : "ASC";
        var sql = $"""
            SELECT t.id AS "Id", ({field.Expression})::text AS "Sort" FROM {from} WHERE {(ofTenants ? context.Tenancy.Condition("t.tenant_id") : "true")} AND {_conditions}
            ORDER BY {field.Expression} {direction}, t.id {direction} LIMIT {list.Limit + 1}
            """;
        var rows = await RowsAsync(context, sql, cancellationToken);
        var shown = rows.Take(list.Limit).ToList();
        var items = (await load([.. shown.Select(r => r.Id)])).ToDictionary(idOf);
        var next = rows.Count > list.Limit ? new Cursor(shown[^1].Sort, shown[^1].Id).Encode(filters) : null;

        // A row that was deleted between the two reads is left out.
        return new Page<T>([.. shown.Where(r => items.ContainsKey(r.Id)).Select(r => items[r.Id])], next);
    }

    private void Begin(Cursor cursor, SortField field, bool descending)
    {
        object after = cursor.SortValue;
        if (field.Type == "timestamptz" && cursor.SortValue != Never)
        {
            // Handed on as the instant that it is: what this side can read as one, the database may not.
            after = DateTimeOffset.TryParse(cursor.SortValue, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
                ? at
                : throw new DomainException(new DomainError(ErrorCodes.CursorMismatch, "The cursor belongs to another list."));
        }

        _values.Add(after);
        _values.Add(cursor.Id);
        _conditions.Append(CultureInfo.InvariantCulture,
            $" AND ({field.Expression}, t.id) {(descending ? '<' : '>')} (${_values.Count - 1}::{field.Type}, ${_values.Count})");
    }

    private async Task<List<(Guid Id, string Sort)>> RowsAsync(DataHubDbContext context, string sql, CancellationToken cancellationToken)
    {
        await context.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = new NpgsqlCommand(sql, (NpgsqlConnection)context.Database.GetDbConnection());
            _values.ForEach(value => command.Parameters.AddWithValue(value));
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var rows = new List<(Guid, string)>();
            while (await reader.ReadAsync(cancellationToken))
            {
                rows.Add((reader.GetGuid(0), reader.GetString(1)));
            }

            return rows;
        }
        finally
        {
            await context.Database.CloseConnectionAsync();
        }
    }
}
