using System.Globalization;
using DataHub.Application.Abstractions;
using DataHub.Application.Observability.RequestLogs;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Observability.Audit;

/// <summary>What a caller filters by, as it was written; null where absent.</summary>
/// <param name="From">RFC 3339 instant, inclusive.</param>
/// <param name="To">RFC 3339 instant, exclusive.</param>
/// <param name="Actor">Printed id of a user or key, <c>system</c> or <c>anonymous</c>.</param>
/// <param name="Action">An action such as <c>key.rotate</c>, or a beginning such as <c>key.*</c>.</param>
/// <param name="ResourceType">A kind of resource such as <c>key</c>.</param>
/// <param name="Resource">Printed id of a resource.</param>
/// <param name="Result"><c>success</c>, <c>denied</c> or <c>failure</c>.</param>
/// <param name="RequestId">Printed id of a request.</param>
public sealed record AuditQuery(
    string? From = null,
    string? To = null,
    string? Actor = null,
    string? Action = null,
    string? ResourceType = null,
    string? Resource = null,
    string? Result = null,
    string? RequestId = null)
{
    private static readonly string[] Results = ["success", "denied", "failure"];

    internal AuditFilter Within(TenantId tenant) => new(tenant)
    {
        From = RequestLogFilterReader.InstantOf("from", From),
        To = RequestLogFilterReader.InstantOf("to", To),
        Actor = Actor,
        Action = Action,
        ResourceType = ResourceType,
        ResourceId = Resource,
        Result = Result is null || Results.Contains(Result)
            ? Result
            : throw new DomainException(new DomainError(ErrorCodes.InvalidQuery, "A query parameter is not valid."), $"'result' must be one of {string.Join(", ", Results)}.", "?result"),
        RequestId = RequestId,
    };
}

/// <summary>Lists the records of the tenant, latest first.</summary>
/// <param name="List">Limit and cursor.</param>
/// <param name="Query">The filters.</param>
public sealed record ListAuditRecords(ListRequest List, AuditQuery Query) : IQuery<Page<AuditEntry>>;

internal sealed class ListAuditRecordsHandler(IAuditReader reader, WriteContext request) : IRequestHandler<ListAuditRecords, Page<AuditEntry>>
{
    public async Task<Page<AuditEntry>> Handle(ListAuditRecords query, CancellationToken cancellationToken)
    {
        var filter = query.Query.Within(request.Tenant);
        var fingerprint = filter.Fingerprint();
        var after = AuditCursor.Read(query.List.Cursor, fingerprint);
        var records = await reader.ListAsync(filter, after, query.List.Limit + 1, ascending: false, cancellationToken);
        var items = records.Take(query.List.Limit).Select(AuditEntry.Of).ToList();
        return new Page<AuditEntry>(items, records.Count > items.Count ? AuditCursor.Write(items[^1].Sequence, fingerprint) : null);
    }
}

/// <summary>Cursors over the sequence of a chain.</summary>
internal static class AuditCursor
{
    public static string Write(long sequence, string filters) => new Cursor(sequence.ToString(CultureInfo.InvariantCulture), Guid.Empty).Encode(filters);

    public static long? Read(string? text, string filters) => Cursor.Decode(text, filters) switch
    {
        null => null,
        { SortValue: var value } when long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) => sequence,
        _ => throw new DomainException(new DomainError(ErrorCodes.CursorMismatch, "The cursor belongs to another list."), "The cursor cannot be read; start again without a cursor."),
    };
}
