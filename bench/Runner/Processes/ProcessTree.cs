using System.Globalization;

namespace DataHub.Bench.Runner.Processes;

/// <summary>What the kernel knows of a process and its descendants.</summary>
internal static class ProcessTree
{
    // USER_HZ: fixed at 100 in the kernel's interface on every platform that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>CPU seconds, in user mode and in the kernel, of all living members.</summary>
    public static double CpuSeconds(int root) => Members(root).Sum(CpuTicks) / TicksPerSecond;

    /// <summary>The most memory that was resident, in MiB, as the sum of the members' own peaks.</summary>
    public static double PeakResidentMegabytes(int root) => Members(root).Sum(PeakKilobytes) / 1024.0;

    private static IEnumerable<int> Members(int root)
    {
        yield return root;
        foreach (var child in Children(root).SelectMany(Members))
        {
            yield return child;
        }
    }

    private static List<int> Children(int pid)
    {
        try
        {
            return
            [
                .. Directory.EnumerateDirectories($"/proc/{pid}/task")
                    .SelectMany(task => File.ReadAllText(task + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    .Select(child => int.Parse(child, CultureInfo.InvariantCulture)),
            ];
        }
        catch (IOException)
        {
            return []; // Ended in between.
        }
    }

    private static long CpuTicks(int pid)
    {
        try
        {
            // The name, in parentheses, may hold blanks: count from behind it. Fields 14 and 15 of proc(5).
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static long PeakKilobytes(int pid)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line["VmHWM:".Length..].Replace("kB", string.Empty, StringComparison.Ordinal), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
