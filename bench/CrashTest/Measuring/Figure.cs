using System.Globalization;
using System.Text.Json;

namespace DataHub.Bench.CrashTest.Measuring;

/// <summary>One measured figure.</summary>
/// <param name="Part">Of which part.</param>
/// <param name="Name">What was measured.</param>
/// <param name="Value">How much.</param>
/// <param name="Unit">Of what.</param>
/// <param name="Load">Load average of the machine in the last minute, the run itself included.</param>
internal sealed record Figure(string Part, string Name, double Value, string Unit, double Load);

/// <summary>The figures of a run, printed as they come.</summary>
internal sealed class Figures
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly List<Figure> _all = [];

    /// <summary>Processes that wait for a processor, on average of the last minute.</summary>
    public static double Load => double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);

    public static void PrintHead() => Console.WriteLine($"{"part",-8} {"figure",-64} {"value",10} {"unit",-12} load");

    public void Add(string part, string name, double value, string unit)
    {
        var figure = new Figure(part, name, Math.Round(value, value < 10 ? 2 : 0), unit, Load);
        _all.Add(figure);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{part,-8} {name,-64} {figure.Value,10:0.##} {unit,-12} {figure.Load:0.0}"));
    }

    /// <summary>Median and 99th percentile.</summary>
    public void AddTimes(string part, string name, IReadOnlyList<double> sorted)
    {
        Add(part, name + ", p50", At(sorted, 0.5), "ms");
        Add(part, name + ", p99", At(sorted, 0.99), "ms");
    }

    public void Write(string file, MeasureOptions options) =>
        File.WriteAllText(file, JsonSerializer.Serialize(new { processors = Environment.ProcessorCount, options.Fsync, options.RabbitMq, options.Quick, figures = _all }, Json));

    public static double At(IReadOnlyList<double> sorted, double share) => sorted[(int)(share * (sorted.Count - 1))];
}
