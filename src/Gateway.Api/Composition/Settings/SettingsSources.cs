using Microsoft.Extensions.Configuration.Memory;

namespace DataHub.Gateway.Api.Composition.Settings;

/// <summary>Where settings come from, the weakest first: <c>appsettings.json</c>, environment, command line.</summary>
internal static class SettingsSources
{
    private static readonly Dictionary<string, string> ShortNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["DataHub:Gateway:Port"] = "DATAHUB_PORT",
        ["DataHub:Gateway:DataPath"] = "DATAHUB_DATA",
    };

    /// <summary>Replaces the sources of a builder.</summary>
    /// <param name="configuration">What is filled.</param>
    /// <param name="commandLine">The strongest source.</param>
    public static void Use(this IConfigurationBuilder configuration, CommandLine commandLine)
    {
        configuration.Sources.Clear();
        configuration.AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true, reloadOnChange: false);
        var local = Path.GetFullPath("appsettings.json");
        if (local != Path.Combine(AppContext.BaseDirectory, "appsettings.json"))
        {
            configuration.AddJsonFile(local, optional: true, reloadOnChange: false);
        }

        configuration.Add(new Source(new ShortVariables(ShortNames
            .Select(pair => KeyValuePair.Create(pair.Key, Environment.GetEnvironmentVariable(pair.Value)))
            .Where(pair => !string.IsNullOrEmpty(pair.Value)))));
        configuration.AddEnvironmentVariables();
        configuration.Add(new Source(new Arguments(commandLine.Settings)));
    }

    /// <summary>The short variable of a key.</summary>
    /// <param name="key">The full key.</param>
    public static string? ShortNameOf(string key) => ShortNames.GetValueOrDefault(key);

    /// <summary>Holds <c>DATAHUB_PORT</c> and <c>DATAHUB_DATA</c>.</summary>
    internal sealed class ShortVariables(IEnumerable<KeyValuePair<string, string?>> values)
        : MemoryConfigurationProvider(new MemoryConfigurationSource { InitialData = values });

    /// <summary>Holds the command line.</summary>
    internal sealed class Arguments(IEnumerable<KeyValuePair<string, string?>> values)
        : MemoryConfigurationProvider(new MemoryConfigurationSource { InitialData = values });

    private sealed class Source(IConfigurationProvider provider) : IConfigurationSource
    {
        public IConfigurationProvider Build(IConfigurationBuilder builder) => provider;
    }
}
