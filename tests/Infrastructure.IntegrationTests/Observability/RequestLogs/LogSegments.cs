using DataHub.Application.Observability.Contracts;
using DataHub.Infrastructure.Observability.RequestLogs;

namespace DataHub.Infrastructure.IntegrationTests.Observability.RequestLogs;

/// <summary>Segments as the queue would fill them.</summary>
internal static class LogSegments
{
    public static LogSegment Of(List<RequestRecord> records)
    {
        var segment = new LogSegment { Sequence = 1 };
        foreach (var record in records)
        {
            segment.TryAddDay(DateOnly.FromDateTime(record.At.UtcDateTime));
            segment.Commit(RequestRowEncoder.Encode(record, "node-1", segment.Free));
        }

        return segment;
    }
}
