using System.Globalization;
using DataHub.Bench.Runner.Processes;

namespace DataHub.Bench.Runner.Systems;

/// <summary>YARP with one route and nothing else: the row that all ratios refer to.</summary>
internal sealed class BareYarp(BenchEnvironment environment) : GatewaySystem(environment)
{
    public override string Name => "yarp";

    public override bool HasColdRow => true;

    public override async Task<long?> AllocatedBytesAsync(CancellationToken cancellationToken)
    {
        var text = await Environment.Http.GetStringAsync(new Uri($"http://127.0.0.1:{Port}/bench/allocated"), cancellationToken);
        return long.Parse(text, CultureInfo.InvariantCulture);
    }

    protected override Task<ChildProcess> LaunchAsync(CancellationToken cancellationToken)
    {
        var program = Path.Combine(Environment.Options.Programs, "yarp/DataHub.Bench.BareYarp");
        return Task.FromResult(ChildProcess.Start(
            Name,
            Environment.Cores.Gateway,
            Folder,
            [program, "--Port", $"{Port}", "--Upstream", $"http://127.0.0.1:{Environment.UpstreamPort}/"]));
    }
}
