using System.Runtime.InteropServices;
using DataHub.Bench.Runner;
using DataHub.Bench.Runner.Measuring;
using DataHub.Bench.Runner.Reporting;
using DataHub.Bench.Runner.Stores;
using DataHub.Bench.Runner.Systems;

// Measures the systems in turns and prints a table. Started by build/bench.sh, which builds and installs what is needed.
using var stop = new CancellationTokenSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
try
{
    await MeasureAsync(BenchOptions.Parse(args), stop.Token);
    return 0;
}
catch (Exception exception) when (exception is BenchException or HttpRequestException)
{
    await Console.Error.WriteLineAsync($"bench: {exception.Message}");
    return 1;
}
catch (OperationCanceledException)
{
    await Console.Error.WriteLineAsync("bench: stopped");
    return 130;
}

void Cancel(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}

static async Task MeasureAsync(BenchOptions options, CancellationToken cancellationToken)
{
    var cores = Cores.Assign();
    cores.MoveHere();
    using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
    await using var postgres = await PostgresServer.StartAsync(Path.Combine(options.Work, "postgres"), cores.Stores, cancellationToken);
    await using var redis = await RedisServer.StartAsync(Path.Combine(options.Work, "redis"), cores.Stores, cancellationToken);
    var environment = new BenchEnvironment(options, cores, 0, postgres, redis, http);
    await using var upstream = new UpstreamAlone(environment);
    await upstream.StartAsync(cancellationToken);
    environment = environment with { UpstreamPort = upstream.Port };

    await using var nginx = new NginxProxy(environment);
    await using var yarp = new BareYarp(environment);
    await using var memory = new DataHubGateway(environment, withRedis: false);
    await using var shared = new DataHubGateway(environment, withRedis: true);
    await using var fastify = new FastifyGateway(environment);
    GatewaySystem[] others = [.. new GatewaySystem[] { nginx, yarp, memory, shared, fastify }.Where(system => options.Wants(system.Name))];
    foreach (var system in others)
    {
        await system.StartAsync(cancellationToken);
    }

    GatewaySystem[] systems = options.Wants(upstream.Name) ? [upstream, .. others] : others;
    var rows = await new Bench(environment, systems).RunAsync(cancellationToken);
    Console.Write(Table.Of(rows));
    if (options.Json is { } file)
    {
        JsonReport.Write(file, rows);
    }
}
