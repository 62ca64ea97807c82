namespace DataHub.Bench.Runner;

/// <summary>The command line, as build/bench.sh passes it on.</summary>
/// <param name="Root">The repository.</param>
/// <param name="Work">Folder of this run: configuration, data and logs of everything that is started.</param>
/// <param name="Programs">Folder with the published programs, one folder each.</param>
/// <param name="Json">File for the rows; null for none.</param>
/// <param name="Only">Names of the systems to measure; empty for all.</param>
/// <param name="Plan">How long and how often is measured.</param>
internal sealed record BenchOptions(
    string Root, string Work, string Programs, string? Json, IReadOnlySet<string> Only, BenchPlan Plan)
{
    public static BenchOptions Parse(string[] args)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var plan = BenchPlan.Full;
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--quick":
                    plan = BenchPlan.Quick;
                    break;
                case "--smoke":
                    plan = BenchPlan.Smoke;
                    break;
                case "--root" or "--work" or "--programs" or "--json" or "--only" when i + 1 < args.Length:
                    values[args[i]] = args[++i];
                    break;
                default:
                    throw new BenchException($"Unknown argument '{args[i]}'.");
            }
        }

        var only = values.GetValueOrDefault("--only", string.Empty)
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new BenchOptions(
            values["--root"],
            values["--work"],
            values["--programs"],
            values.GetValueOrDefault("--json"),
            only.ToHashSet(StringComparer.Ordinal),
            plan);
    }

    /// <summary>Whether a system is to be measured.</summary>
    public bool Wants(string name) => Only.Count == 0 || Only.Contains(name);
}

/// <summary>How long and how often is measured. Durations in whole seconds, the unit that wrk takes.</summary>
/// <param name="ManagedWarmUpSeconds">Load before the first run of a system that compiles while it runs.</param>
/// <param name="NativeWarmUpSeconds">The same of one that does not.</param>
/// <param name="Rounds">Runs of each system at full load, in turns.</param>
/// <param name="RunSeconds">Length of one.</param>
/// <param name="HalfRounds">Runs of each system at half load, in turns.</param>
/// <param name="HalfSeconds">Length of one.</param>
/// <param name="ColdStarts">Cold starts of each system that has a row for it.</param>
/// <param name="ColdSeconds">Length of the run after one.</param>
internal sealed record BenchPlan(
    int ManagedWarmUpSeconds, int NativeWarmUpSeconds, int Rounds, int RunSeconds, int HalfRounds, int HalfSeconds, int ColdStarts, int ColdSeconds)
{
    public static readonly BenchPlan Full = new(20, 2, 5, 6, 5, 5, 3, 5);

    public static readonly BenchPlan Quick = new(20, 1, 3, 3, 3, 4, 1, 5);

    /// <summary>Shows that everything runs; its figures mean nothing.</summary>
    public static readonly BenchPlan Smoke = new(1, 1, 1, 1, 1, 1, 1, 1);
}
