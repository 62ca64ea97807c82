using System.Runtime.CompilerServices;
using DataHub.Application.Abstractions;
using MediatR;

namespace DataHub.Application.Observability.Audit;

/// <summary>All records of the tenant that a filter shows, in the order of the chain, read as they are taken.</summary>
/// <param name="Query">The filters.</param>
public sealed record ExportAudit(AuditQuery Query) : IQuery<IAsyncEnumerable<AuditEntry>>;

internal sealed class ExportAuditHandler(IAuditReader reader, WriteContext request) : IRequestHandler<ExportAudit, IAsyncEnumerable<AuditEntry>>
{
    private const int BatchSize = 500;

    public Task<IAsyncEnumerable<AuditEntry>> Handle(ExportAudit query, CancellationToken cancellationToken) =>
        Task.FromResult(ReadAsync(query.Query.Within(request.Tenant), cancellationToken));

    private async IAsyncEnumerable<AuditEntry> ReadAsync(AuditFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long? after = null;
        while (true)
        {
            var records = await reader.ListAsync(filter, after, BatchSize, ascending: true, cancellationToken);
            foreach (var record in records)
            {
                yield return AuditEntry.Of(record);
                after = record.Sequence;
            }

            if (records.Count < BatchSize)
            {
                yield break;
            }
        }
    }
}
