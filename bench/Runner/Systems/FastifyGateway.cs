using DataHub.Bench.Runner.Processes;

namespace DataHub.Bench.Runner.Systems;

/// <summary>A gateway on Fastify with the same features, on Redis and PostgreSQL.</summary>
internal sealed class FastifyGateway(BenchEnvironment environment) : GatewaySystem(environment)
{
    private bool _databaseMade;

    public override string Name => "fastify";

    public override Task EnsureNothingLeftUndoneAsync(CancellationToken cancellationToken) =>
        Process.ReadLog().FirstOrDefault(line => line.StartsWith("request log:", StringComparison.Ordinal)) is { } lost
            ? throw new BenchException($"{Name}: {lost}")
            : Task.CompletedTask;

    protected override async Task<ChildProcess> LaunchAsync(CancellationToken cancellationToken)
    {
        if (!_databaseMade)
        {
            await Environment.Postgres.CreateAsync(Name, cancellationToken);
            _databaseMade = true;
        }

        return ChildProcess.Start(
            Name,
            Environment.Cores.Gateway,
            Folder,
            ["node", Path.Combine(Environment.Options.Root, "bench/Fastify/server.mjs")],
            new Dictionary<string, string>
            {
                ["NODE_ENV"] = "production",
                ["PORT"] = $"{Port}",
                ["UPSTREAM"] = $"http://127.0.0.1:{Environment.UpstreamPort}",
                ["REDIS_URL"] = $"redis://127.0.0.1:{Environment.Redis.Port}",
                ["DATABASE_URL"] = $"postgres://postgres@/{Name}?host={Environment.Postgres.Host}&port={Environment.Postgres.Port}",
                ["API_KEY"] = ApiKey,
                ["PEPPER"] = "a pepper for the bench alone",
            });
    }
}
