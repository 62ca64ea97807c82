using DataHub.Application.Abstractions;
using DataHub.Domain.Observability.Audit;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Observability.Audit;

/// <summary>Reads one record of the tenant.</summary>
/// <param name="Id">The printed id.</param>
public sealed record ReadAuditRecord(string Id) : IQuery<AuditEntry>;

internal sealed class ReadAuditRecordHandler(IAuditReader reader, WriteContext request) : IRequestHandler<ReadAuditRecord, AuditEntry>
{
    private static readonly DomainError NotFound = new(ErrorCodes.NotFound, "There is no such record.");

    public async Task<AuditEntry> Handle(ReadAuditRecord query, CancellationToken cancellationToken)
    {
        // An id of another kind, one of another tenant and one that nobody has look alike from outside.
        var found = EntityId.TryParse<AuditRecordId>(query.Id, out var id)
            ? await reader.ListAsync(new AuditFilter(request.Tenant) { Id = id }, null, 1, ascending: false, cancellationToken)
            : [];
        return found is [var record] ? AuditEntry.Of(record) : throw new DomainException(NotFound, "No record with this id is in the audit trail.");
    }
}
