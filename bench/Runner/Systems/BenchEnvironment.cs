using DataHub.Bench.Runner.Stores;

namespace DataHub.Bench.Runner.Systems;

/// <summary>What the systems under test stand in.</summary>
/// <param name="Options">The command line.</param>
/// <param name="Cores">Which core does what.</param>
/// <param name="UpstreamPort">Where the upstream listens.</param>
/// <param name="Postgres">The database server.</param>
/// <param name="Redis">The shared counters.</param>
/// <param name="Http">For preparing and asking the systems, never for load.</param>
internal sealed record BenchEnvironment(
    BenchOptions Options, Cores Cores, int UpstreamPort, PostgresServer Postgres, RedisServer Redis, HttpClient Http);
