using DataHub.Application.Observability.Contracts;

namespace DataHub.Application.Observability.RequestLogs;

/// <summary>Which requests a list shows. Every member that is set narrows it.</summary>
public sealed record RequestLogFilter
{
    /// <summary>UTC instant from which on, inclusive.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>UTC instant before which, exclusive.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Exact status, 100 to 599.</summary>
    public int? Status { get; init; }

    /// <summary>Class of the status, 1 to 5.</summary>
    public int? StatusClass { get; init; }

    /// <summary>How the request ended.</summary>
    public RequestOutcome? Outcome { get; init; }

    /// <summary>The route.</summary>
    public Guid? RouteId { get; init; }

    /// <summary>Slug of the API.</summary>
    public string? Api { get; init; }

    /// <summary>The key.</summary>
    public Guid? KeyId { get; init; }

    /// <summary>The consumer.</summary>
    public Guid? ConsumerId { get; init; }

    /// <summary>The issuer of the caller's token.</summary>
    public Guid? IssuerId { get; init; }

    /// <summary>The subject of the caller's token, exactly.</summary>
    public string? Subject { get; init; }

    /// <summary>Request method, exactly as sent.</summary>
    public string? Method { get; init; }

    /// <summary>What the path begins with.</summary>
    public string? PathPrefix { get; init; }

    /// <summary>Shortest duration in microseconds.</summary>
    public long? MinDurationMicros { get; init; }

    /// <summary>The request id.</summary>
    public Guid? RequestId { get; init; }

    /// <summary>Everything that shapes the list, as the cursor binds it.</summary>
    /// <returns>A text that differs whenever a filter differs.</returns>
    public string Fingerprint() => string.Join('\u001f', "logs", From?.UtcTicks, To?.UtcTicks, Status, StatusClass, Outcome, RouteId, Api, KeyId,
        ConsumerId, Method, PathPrefix, MinDurationMicros, RequestId, IssuerId, Subject);
}

/// <summary>Where a page of the log starts: after this row, going back in time.</summary>
/// <param name="At">The row's instant.</param>
/// <param name="Id">The row's id.</param>
public readonly record struct RequestLogPosition(DateTimeOffset At, Guid Id);

/// <summary>Reads the stored request log.</summary>
public interface IRequestLogReader
{
    /// <summary>Rows of a filter, latest first.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="after">The last row of the page before; null for the first page.</param>
    /// <param name="count">Most rows wanted.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<IReadOnlyList<RequestLogRow>> ListAsync(RequestLogFilter filter, RequestLogPosition? after, int count, CancellationToken cancellationToken);

    /// <summary>One row.</summary>
    /// <param name="id">The request id; its time says where to look.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when there is none.</returns>
    Task<RequestLogRow?> FindAsync(Guid id, CancellationToken cancellationToken);
}
