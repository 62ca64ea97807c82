using DataHub.Application.Abstractions;
using DataHub.Application.Routing.Contracts;
using DataHub.Domain.Observability.RequestLogs;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Observability.RequestLogs;

/// <summary>Reads one request by its id.</summary>
/// <param name="Id">The printed id.</param>
public sealed record ReadRequestLog(string Id) : IQuery<RequestLogEntry>;

internal sealed class ReadRequestLogHandler(IRequestLogReader reader, IGatewaySnapshotSource snapshots)
    : IRequestHandler<ReadRequestLog, RequestLogEntry>
{
    private static readonly DomainError NotFound = new(ErrorCodes.NotFound, "There is no such request.");

    public async Task<RequestLogEntry> Handle(ReadRequestLog request, CancellationToken cancellationToken)
    {
        // An id of another kind and one that nobody has look alike from outside.
        var row = EntityId.TryParse<RequestId>(request.Id, out var id) ? await reader.FindAsync(id.Value, cancellationToken) : null;
        return row is null
            ? throw new DomainException(NotFound, "No request with this id is in the log; rows appear within a second and are kept for the days of retention.")
            : RequestLogEntries.Of(row, snapshots.Current);
    }
}
