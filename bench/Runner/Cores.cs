using System.Diagnostics;
using System.Globalization;

namespace DataHub.Bench.Runner;

/// <summary>Which core does what. Cores are those that this process may use, in their order.</summary>
/// <param name="Gateway">The system under test, alone.</param>
/// <param name="Load">The load generator, the upstream, and this program.</param>
/// <param name="Stores">PostgreSQL and Redis: a third core where there is one, else the load's.</param>
internal sealed record Cores(int Gateway, int Load, int Stores)
{
    public static Cores Assign()
    {
        var allowed = Allowed();
        return allowed.Count >= 2
            ? new Cores(allowed[0], allowed[1], allowed.Count > 2 ? allowed[2] : allowed[1])
            : throw new BenchException("The bench needs two cores: one for the gateway, one for the load and the upstream.");
    }

    /// <summary>Moves this process away from the gateway's core.</summary>
    public void MoveHere()
    {
        using var self = Process.GetCurrentProcess();
        if (OperatingSystem.IsLinux())
        {
            self.ProcessorAffinity = (nint)1 << Load;
        }
    }

    /// <summary>Jiffies that a core spent working since boot.</summary>
    public static (long Busy, long Total) Jiffies(int core)
    {
        var line = File.ReadLines("/proc/stat").First(l => l.StartsWith($"cpu{core} ", StringComparison.Ordinal));
        var values = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9].Select(v => long.Parse(v, CultureInfo.InvariantCulture)).ToArray();
        var total = values.Sum();
        return (total - values[3] - values[4], total);
    }

    private static List<int> Allowed()
    {
        const string field = "Cpus_allowed_list:";
        var list = File.ReadLines("/proc/self/status").First(l => l.StartsWith(field, StringComparison.Ordinal))[field.Length..].Trim();
        return
        [
            .. list.Split(',').SelectMany(part =>
            {
                var ends = part.Split('-').Select(e => int.Parse(e, CultureInfo.InvariantCulture)).ToArray();
                return Enumerable.Range(ends[0], ends[^1] - ends[0] + 1);
            }),
        ];
    }
}
