using System.Buffers.Binary;

namespace DataHub.Infrastructure.Observability.RequestLogs;

/// <summary>Rows of one segment, or a part of them.</summary>
/// <param name="Sequence">The segment's place in the order of its writer.</param>
/// <param name="FirstRow">Index of the first row within the segment.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Bytes">The encoded rows.</param>
internal readonly record struct RowRange(long Sequence, int FirstRow, int Rows, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The part from a row of the segment on.</summary>
    public RowRange From(int row)
    {
        var skip = Math.Clamp(row - FirstRow, 0, Rows);
        return new RowRange(Sequence, FirstRow + skip, Rows - skip, Bytes[OffsetOf(skip)..]);
    }

    /// <summary>The first rows of the part.</summary>
    public RowRange Take(int rows) => new(Sequence, FirstRow, rows, Bytes[..OffsetOf(rows)]);

    // Rows carry no index: their field lengths lead from one to the next.
    private int OffsetOf(int row)
    {
        var bytes = Bytes.Span;
        var at = 0;
        for (var i = 0; i < row; i++)
        {
            var fields = BinaryPrimitives.ReadInt16BigEndian(bytes[at..]);
            at += sizeof(short);
            for (var field = 0; field < fields; field++)
            {
                var length = BinaryPrimitives.ReadInt32BigEndian(bytes[at..]);
                at += sizeof(int) + Math.Max(0, length);
            }
        }

        return at;
    }
}

/// <summary>Segments of one writer in their order, as one transaction sends them.</summary>
/// <param name="Writer">The run of a node that wrote them.</param>
/// <param name="Ranges">The segments.</param>
/// <param name="Days">The days of their rows.</param>
internal sealed record RowBatch(Guid Writer, IReadOnlyList<RowRange> Ranges, IReadOnlySet<DateOnly> Days)
{
    /// <summary>The columns of the rows.</summary>
    public RowFormat Format { get; init; } = RowFormat.Current;

    public int Rows => Ranges.Sum(r => r.Rows);
}
