using System.Globalization;
using DataHub.Application.Abstractions;
using DataHub.Application.Observability.Contracts;
using DataHub.Application.Routing.Contracts;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Access.Tokens;
using DataHub.Domain.Observability.RequestLogs;
using DataHub.Domain.Routing.Routes;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Observability.RequestLogs;

/// <summary>Lists requests, latest first. The values are as the caller wrote them; null where absent.</summary>
/// <param name="List">Limit, cursor, and a search text that is an id, a status or a path.</param>
/// <param name="From">RFC 3339 instant, inclusive.</param>
/// <param name="To">RFC 3339 instant, exclusive.</param>
/// <param name="Status">A status such as <c>429</c> or a class such as <c>4xx</c>.</param>
/// <param name="Outcome">A word such as <c>rate_limited</c>.</param>
/// <param name="Route">A printed route id.</param>
/// <param name="Api">Slug of an API.</param>
/// <param name="Key">A printed key id.</param>
/// <param name="Consumer">A printed consumer id.</param>
/// <param name="Method">A method.</param>
/// <param name="PathPrefix">What the path begins with; starts with <c>/</c>.</param>
/// <param name="MinLatencyMs">Shortest duration in milliseconds.</param>
/// <param name="RequestId">A printed request id.</param>
/// <param name="Issuer">A printed id of an issuer of tokens.</param>
/// <param name="Subject">The subject of a token, exactly.</param>
public sealed record ListRequestLogs(
    ListRequest List,
    string? From = null,
    string? To = null,
    string? Status = null,
    string? Outcome = null,
    string? Route = null,
    string? Api = null,
    string? Key = null,
    string? Consumer = null,
    string? Method = null,
    string? PathPrefix = null,
    string? MinLatencyMs = null,
    string? RequestId = null,
    string? Issuer = null,
    string? Subject = null) : IQuery<Page<RequestLogEntry>>;

internal sealed class ListRequestLogsHandler(IRequestLogReader reader, IGatewaySnapshotSource snapshots)
    : IRequestHandler<ListRequestLogs, Page<RequestLogEntry>>
{
    public async Task<Page<RequestLogEntry>> Handle(ListRequestLogs request, CancellationToken cancellationToken)
    {
        var filter = RequestLogFilterReader.Read(request);
        var fingerprint = filter.Fingerprint();
        var rows = await reader.ListAsync(filter, PositionOf(Cursor.Decode(request.List.Cursor, fingerprint)), request.List.Limit + 1, cancellationToken);
        var snapshot = snapshots.Current;
        var items = rows.Take(request.List.Limit).Select(row => RequestLogEntries.Of(row, snapshot)).ToList();
        var next = rows.Count > request.List.Limit ? CursorOf(rows[request.List.Limit - 1]).Encode(fingerprint) : null;
        return new Page<RequestLogEntry>(items, next);
    }

    private static Cursor CursorOf(RequestLogRow row) => new(row.At.UtcTicks.ToString(CultureInfo.InvariantCulture), row.Id);

    private static RequestLogPosition? PositionOf(Cursor? cursor) => cursor switch
    {
        null => null,
        _ when long.TryParse(cursor.SortValue, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks <= DateTime.MaxValue.Ticks =>
            new RequestLogPosition(new DateTimeOffset(ticks, TimeSpan.Zero), cursor.Id),
        _ => throw new DomainException(new DomainError(ErrorCodes.CursorMismatch, "The cursor belongs to another list."),
            "The cursor cannot be read; start again without a cursor."),
    };
}

/// <summary>Reads the filters of a list, naming the parameter that is not valid.</summary>
internal static class RequestLogFilterReader
{
    private static readonly DomainError Invalid = new(ErrorCodes.InvalidQuery, "A query parameter is not valid.");

    private static readonly Dictionary<string, RequestOutcome> Outcomes =
        Enum.GetValues<RequestOutcome>().ToDictionary(RequestLogEntries.WordOf, StringComparer.Ordinal);

    public static RequestLogFilter Read(ListRequestLogs request)
    {
        var (status, statusClass) = StatusOf(request.Status);
        var filter = new RequestLogFilter
        {
            From = InstantOf("from", request.From),
            To = InstantOf("to", request.To),
            Status = status,
            StatusClass = statusClass,
            Outcome = OutcomeOf(request.Outcome),
            RouteId = IdOf<RouteId>("route", request.Route),
            Api = request.Api,
            KeyId = IdOf<ApiKeyId>("key", request.Key),
            ConsumerId = IdOf<ConsumerId>("consumer", request.Consumer),
            Method = request.Method?.ToUpperInvariant(),
            PathPrefix = PathOf("pathPrefix", request.PathPrefix),
            MinDurationMicros = LatencyOf(request.MinLatencyMs),
            RequestId = IdOf<RequestId>("requestId", request.RequestId),
            IssuerId = IdOf<TokenIssuerId>("issuer", request.Issuer),
            Subject = string.IsNullOrEmpty(request.Subject) ? null : request.Subject,
        };
        return string.IsNullOrWhiteSpace(request.List.Search) ? filter : WithSearch(filter, request.List.Search.Trim());
    }

    // A search is what a person pastes into one box: any id that the log knows, or the beginning of a path. Everything it means has an index.
    private static RequestLogFilter WithSearch(RequestLogFilter filter, string search) => search switch
    {
        _ when EntityId.TryParse<RequestId>(search, out var id) => filter with { RequestId = id.Value },
        _ when EntityId.TryParse<ApiKeyId>(search, out var id) => filter with { KeyId = id.Value },
        _ when EntityId.TryParse<ConsumerId>(search, out var id) => filter with { ConsumerId = id.Value },
        _ when EntityId.TryParse<RouteId>(search, out var id) => filter with { RouteId = id.Value },
        _ when Outcomes.TryGetValue(search, out var outcome) => filter with { Outcome = outcome },
        ['/', ..] => filter with { PathPrefix = search },
        _ => throw Refuse("q", "'q' finds a request, key, consumer or route by its id, an outcome by its word, or a path by its beginning (/…)."),
    };

    internal static DateTimeOffset? InstantOf(string name, string? text)
    {
        if (text is null)
        {
            return null;
        }

        // A time without an offset would mean another instant on another machine.
        var zoned = text.Length > 10 && (text[10] is 'T' or 't') && (text.EndsWith('Z') || text.EndsWith('z') || (text[^6] is '+' or '-'));
        return zoned && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant)
            ? instant.ToUniversalTime()
            : throw Refuse(name, $"'{name}' must be an RFC 3339 instant with a zone, such as 2026-03-01T12:00:00Z.");
    }

    private static (int? Status, int? Class) StatusOf(string? text) => text switch
    {
        null => (null, null),
        [>= '1' and <= '5', 'x' or 'X', 'x' or 'X'] => (null, text[0] - '0'),
        [>= '1' and <= '5', >= '0' and <= '9', >= '0' and <= '9'] => (int.Parse(text, CultureInfo.InvariantCulture), null),
        _ => throw Refuse("status", "'status' must be a status such as 429 or a class such as 4xx."),
    };

    private static RequestOutcome? OutcomeOf(string? text) => text switch
    {
        null => null,
        _ when Outcomes.TryGetValue(text.Replace('-', '_'), out var outcome) => outcome,
        _ => throw Refuse("outcome", $"'outcome' must be one of {string.Join(", ", Outcomes.Keys)}."),
    };

    private static Guid? IdOf<TId>(string name, string? text) where TId : struct, IEntityId<TId> => text switch
    {
        null => null,
        _ when EntityId.TryParse<TId>(text, out var id) => id.Value,
        _ => throw Refuse(name, $"'{name}' must be an id that begins with {TId.Prefix}_."),
    };

    private static string? PathOf(string name, string? text) => text is null or ['/', ..] && text?.Contains('\0', StringComparison.Ordinal) != true
        ? text
        : throw Refuse(name, $"'{name}' must begin with /.");

    private static long? LatencyOf(string? text) => text switch
    {
        null => null,
        _ when double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var ms) && ms is >= 0 and <= 86_400_000 => (long)(ms * 1000),
        _ => throw Refuse("minLatencyMs", "'minLatencyMs' must be a number of milliseconds from 0 to 86400000."),
    };

    private static DomainException Refuse(string name, string message) => new(Invalid, message, "?" + name);
}
