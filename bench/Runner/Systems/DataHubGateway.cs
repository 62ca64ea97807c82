using DataHub.Bench.Runner.Processes;

namespace DataHub.Bench.Runner.Systems;

/// <summary>DataHub with one key check, one tier of two limits, one scope check and the request log, counting in memory or in Redis.</summary>
internal sealed class DataHubGateway(BenchEnvironment environment, bool withRedis) : GatewaySystem(environment)
{
    private const string Ready = "ready: ";
    private const string SetupToken = "setup token: ";

    private string? _apiKey;

    public override string Name => withRedis ? "datahub-redis" : "datahub-memory";

    public override bool HasColdRow => !withRedis;

    public override string ApiKey => _apiKey ?? base.ApiKey;

    private string Data => Path.Combine(Folder, "data");

    private Uri Address => new($"http://127.0.0.1:{Port}/");

    public override async Task<long?> AllocatedBytesAsync(CancellationToken cancellationToken) =>
        (long)await ReadMetricAsync("dotnet_gc_heap_total_allocated_bytes", cancellationToken);

    public override async Task EnsureNothingLeftUndoneAsync(CancellationToken cancellationToken)
    {
        var lost = await ReadMetricAsync("datahub_log_dropped_total", cancellationToken);
        if (lost > 0)
        {
            throw new BenchException($"{Name} lost {lost:F0} rows of the request log under load.");
        }
    }

    protected override async Task<ChildProcess> LaunchAsync(CancellationToken cancellationToken)
    {
        var database = Name.Replace('-', '_');
        if (_apiKey is null)
        {
            await Environment.Postgres.CreateAsync(database, cancellationToken);
        }

        var settings = new Dictionary<string, string>
        {
            ["DATAHUB_PORT"] = $"{Port}",
            ["DATAHUB_DATA"] = Data,
            ["DataHub__Database__ConnectionString"] = $"Host={Environment.Postgres.Host};Port={Environment.Postgres.Port};Username=postgres;Database={database}",
        };
        if (withRedis)
        {
            settings["DataHub__Redis__ConnectionString"] = $"127.0.0.1:{Environment.Redis.Port}";
        }

        return ChildProcess.Start(
            Name, Environment.Cores.Gateway, Folder, [Path.Combine(Environment.Options.Programs, "gateway/DataHub.Gateway.Api")], settings);
    }

    // The line that people wait for as well; a probe over HTTP would warm the process up before a cold start is measured.
    protected override Task<bool> IsReadyAsync(CancellationToken cancellationToken) =>
        Task.FromResult(Printed(Ready) is not null && (_apiKey is not null || Printed(SetupToken) is not null));

    protected override async Task SetUpAsync(CancellationToken cancellationToken)
    {
        if (_apiKey is null)
        {
            var token = Printed(SetupToken) ?? throw new BenchException($"{Name} printed no setup token:\n{Process.LogEnd()}");
            _apiKey = await new DataHubSetup(Environment.Http, Address).RunAsync(token, Environment.UpstreamPort, cancellationToken);

            // A change serves traffic within a second.
            await Task.Delay(TimeSpan.FromSeconds(1.5), cancellationToken);
        }
    }

    private string? Printed(string label) =>
        Process.ReadLog().FirstOrDefault(line => line.StartsWith(label, StringComparison.Ordinal))?[label.Length..].Trim();

    private async Task<double> ReadMetricAsync(string name, CancellationToken cancellationToken) =>
        PrometheusText.Sum(await Environment.Http.GetStringAsync(new Uri(Address, "metrics"), cancellationToken), name)
        ?? throw new BenchException($"{Name}: /metrics does not have {name}.");
}
