namespace DataHub.TestKit.Fixtures;

/// <summary>Where the private servers of a test run listen. <c>build/test.sh</c> starts them and sets the variables.</summary>
public static class TestServers
{
    /// <summary>Connection string of a PostgreSQL whose user may create databases.</summary>
    public static string Postgres { get; } =
        Environment.GetEnvironmentVariable("DATAHUB_TEST_POSTGRES") ?? "Host=127.0.0.1;Port=54329;Username=postgres;Database=postgres";

    /// <summary><c>host:port</c> of a Redis that tests may fill.</summary>
    public static string Redis { get; } = Environment.GetEnvironmentVariable("DATAHUB_TEST_REDIS") ?? "127.0.0.1:63799";
}
