namespace DataHub.Gateway.Api.Composition.Settings;

/// <summary>What the command line asks for.</summary>
/// <param name="Settings">Settings by full key; the strongest source.</param>
/// <param name="Mistakes">What could not be understood.</param>
internal sealed record CommandLine(IReadOnlyDictionary<string, string?> Settings, IReadOnlyList<SettingMistake> Mistakes)
{
    /// <summary>Shown by <c>--help</c>.</summary>
    public const string Usage =
        """
        DataHub, an API gateway.

        usage: datahub [options]

          --port N                 listen on port N (default 3000; also DATAHUB_PORT)
          --data FOLDER            keep data in FOLDER (default .datahub; also DATAHUB_DATA)
          --demo                   also start a small demo upstream with a route and a key, and print a curl to try
          --Section:Key=VALUE      any setting of docs/reference/configuration.md, such as --Gateway:Address=0.0.0.0
          --help                   this text

        Settings come from appsettings.json, then the environment (DataHub__Section__Key=VALUE), then the command line; the last wins.
        Without a configured database the process runs a private PostgreSQL in the data folder.
        Exit codes: 0 stopped as asked, 1 could not start, 78 a setting is wrong.
        """;

    private static readonly Dictionary<string, string> Shortcuts = new(StringComparer.Ordinal)
    {
        ["port"] = "DataHub:Gateway:Port",
        ["data"] = "DataHub:Gateway:DataPath",
        ["urls"] = "urls",
    };

    private static readonly string[] Words = ["demo", "help", "write-configuration-reference", .. Shortcuts.Keys];

    /// <summary>True: start the demo upstream and seed a route and a key.</summary>
    public bool Demo { get; private init; }

    /// <summary>True: print <see cref="Usage"/> and end.</summary>
    public bool Help { get; private init; }

    /// <summary>Write the configuration reference to this file and end; null for a normal start.</summary>
    public string? ReferenceFile { get; private init; }

    /// <summary>Reads the arguments; <c>--key value</c> and <c>--key=value</c> are the same.</summary>
    /// <param name="args">The arguments.</param>
    public static CommandLine Parse(IReadOnlyList<string> args)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var mistakes = new List<SettingMistake>();
        bool demo = false, help = false;
        string? reference = null;
        for (var i = 0; i < args.Count; i++)
        {
            var (name, value) = Split(args[i]);
            switch (name)
            {
                case "demo" when value is null:
                    demo = true;
                    continue;
                case "help" or "h" or "?":
                    help = true;
                    continue;
                case null:
                    mistakes.Add(new SettingMistake(args[i], null, "is not an option; options begin with --."));
                    continue;
            }

            if (!Shortcuts.TryGetValue(name, out var key) && !name.Contains(':', StringComparison.Ordinal) && name != "write-configuration-reference")
            {
                mistakes.Add(new SettingMistake("--" + name, null, "is not an option." + EditDistance.DidYouMean(name, Words, w => "--" + w)));
                i += value is null && i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal) ? 1 : 0;
                continue;
            }

            if (value is null && (i + 1 >= args.Count || args[i + 1].StartsWith("--", StringComparison.Ordinal)))
            {
                mistakes.Add(new SettingMistake("--" + name, null, "needs a value."));
                continue;
            }

            value ??= args[++i];
            if (name == "write-configuration-reference")
            {
                reference = value;
            }
            else
            {
                settings[key ?? FullKey(name)] = value;
            }
        }

        return new CommandLine(settings, mistakes) { Demo = demo, Help = help, ReferenceFile = reference };
    }

    // Logging and Kestrel are sections of the framework; everything else belongs to DataHub.
    private static string FullKey(string name) =>
        name.Split(':')[0].ToUpperInvariant() is "DATAHUB" or "LOGGING" or "KESTREL" ? name : "DataHub:" + name;

    private static (string? Name, string? Value) Split(string argument)
    {
        if (!argument.StartsWith('-'))
        {
            return (null, null);
        }

        var text = argument.TrimStart('-');
        var at = text.IndexOf('=', StringComparison.Ordinal);
        return at < 0 ? (text, null) : (text[..at], text[(at + 1)..]);
    }
}
