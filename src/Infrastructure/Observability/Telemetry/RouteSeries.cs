namespace DataHub.Infrastructure.Observability.Telemetry;

/// <summary>Requests of one route by method and class of status.</summary>
internal sealed class RouteSeries
{
    /// <summary>The methods that have a series of their own; all others share the last (OpenTelemetry's HTTP conventions).</summary>
    public static readonly string[] Methods = ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE", "_OTHER"];

    /// <summary>The classes of status.</summary>
    public static readonly string[] Classes = ["1xx", "2xx", "3xx", "4xx", "5xx"];

    private const int Other = 9;
    private const int Stride = 56;

    private readonly long[] _cells = new long[Stride * Stripes.Count];

    /// <summary>A series of a route.</summary>
    /// <param name="route">The printed route id; empty for requests that no route took.</param>
    public RouteSeries(string route) => Route = route;

    /// <summary>The printed route id.</summary>
    public string Route { get; }

    /// <summary>Counts a request.</summary>
    public void Record(string method, int status) =>
        Interlocked.Increment(ref _cells[Stripes.Current * Stride + IndexOf(method) * Classes.Length + Math.Clamp(status / 100, 1, Classes.Length) - 1]);

    /// <summary>Requests of a method and class.</summary>
    /// <param name="method">Index into <see cref="Methods"/>.</param>
    /// <param name="statusClass">Index into <see cref="Classes"/>.</param>
    public long Read(int method, int statusClass)
    {
        long sum = 0;
        for (var stripe = 0; stripe < Stripes.Count; stripe++)
        {
            sum += Volatile.Read(ref _cells[stripe * Stride + method * Classes.Length + statusClass]);
        }

        return sum;
    }

    private static int IndexOf(string method) => method switch
    {
        "GET" => 2,
        "POST" => 6,
        "PUT" => 7,
        "DELETE" => 1,
        "PATCH" => 5,
        "HEAD" => 3,
        "OPTIONS" => 4,
        "TRACE" => 8,
        "CONNECT" => 0,
        _ => Other,
    };
}
