namespace DataHub.Bench.Runner;

/// <summary>The bench cannot go on; the message tells the reader why and what to do.</summary>
internal sealed class BenchException(string message) : Exception(message);
