using DataHub.Bench.Runner.Processes;

namespace DataHub.Bench.Runner.Systems;

/// <summary>nginx that only forwards.</summary>
internal sealed class NginxProxy(BenchEnvironment environment) : GatewaySystem(environment)
{
    public override string Name => "nginx";

    public override bool CompilesAtRunTime => false;

    protected override Task<ChildProcess> LaunchAsync(CancellationToken cancellationToken)
    {
        var template = Path.Combine(Environment.Options.Root, "bench/Nginx/proxy.conf");
        var command = NginxConfiguration.Write(template, Folder, Port, Environment.UpstreamPort);
        return Task.FromResult(ChildProcess.Start(Name, Environment.Cores.Gateway, Folder, command));
    }
}
