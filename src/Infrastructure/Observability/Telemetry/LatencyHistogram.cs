namespace DataHub.Infrastructure.Observability.Telemetry;

/// <summary>Counts durations into fixed buckets without a lock. Each core mostly writes cells of its own, so that cores do not fight over a cache line.</summary>
internal sealed class LatencyHistogram
{
    private const int CellsPerLine = 8;

    private readonly long[] _boundsMicros;
    private readonly long[] _cells;
    private readonly int _stride;

    /// <summary>A histogram with these upper bounds.</summary>
    /// <param name="boundsMicros">Rising, in microseconds; one more bucket takes what is longer.</param>
    public LatencyHistogram(long[] boundsMicros)
    {
        _boundsMicros = boundsMicros;
        _stride = (boundsMicros.Length + 2 + CellsPerLine - 1) / CellsPerLine * CellsPerLine;
        _cells = new long[_stride * Stripes.Count];
    }

    /// <summary>The bounds in microseconds.</summary>
    public ReadOnlySpan<long> BoundsMicros => _boundsMicros;

    /// <summary>Counts one duration; allocates nothing.</summary>
    public void Record(long micros)
    {
        var bucket = 0;
        while (bucket < _boundsMicros.Length && micros > _boundsMicros[bucket])
        {
            bucket++;
        }

        var at = Stripes.Current * _stride;
        Interlocked.Increment(ref _cells[at + bucket]);
        Interlocked.Add(ref _cells[at + _boundsMicros.Length + 1], micros);
    }

    /// <summary>The counts of all buckets, the last for what is longer than every bound, and the sum.</summary>
    public (long[] Buckets, long SumMicros) Read()
    {
        var buckets = new long[_boundsMicros.Length + 1];
        long sum = 0;
        for (var stripe = 0; stripe < Stripes.Count; stripe++)
        {
            var at = stripe * _stride;
            for (var i = 0; i < buckets.Length; i++)
            {
                buckets[i] += Volatile.Read(ref _cells[at + i]);
            }

            sum += Volatile.Read(ref _cells[at + buckets.Length]);
        }

        return (buckets, sum);
    }
}

/// <summary>How many copies of a counter there are, and which one this core uses.</summary>
internal static class Stripes
{
    private const int Most = 8;

    /// <summary>Copies: a power of two, at most the number of cores.</summary>
    public static readonly int Count = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Min(Most, Environment.ProcessorCount));

    /// <summary>The copy of this core; a thread that moves to another core only costs time.</summary>
    public static int Current => Thread.GetCurrentProcessorId() & (Count - 1);
}
