using DataHub.Bench.Runner.Processes;

namespace DataHub.Bench.Runner.Systems;

/// <summary>
/// The upstream of all rows, and the row of what it reaches without a gateway. It shares the load generator's core, as it does in every
/// other row: the figure is the most that this core can ask for and answer.
/// </summary>
internal sealed class UpstreamAlone(BenchEnvironment environment) : GatewaySystem(environment)
{
    public override string Name => "upstream";

    public override bool CompilesAtRunTime => false;

    public override bool HasHalfRow => false;

    protected override Task<ChildProcess> LaunchAsync(CancellationToken cancellationToken)
    {
        var template = Path.Combine(Environment.Options.Root, "bench/Nginx/upstream.conf");
        return Task.FromResult(ChildProcess.Start(Name, Environment.Cores.Load, Folder, NginxConfiguration.Write(template, Folder, Port)));
    }
}
