using System.Globalization;
using DataHub.Application.Abstractions;
using DataHub.Infrastructure.Access.ApiKeys;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Access.Secrets;

/// <summary>Finds the peppers: in the configuration, else in the named file, else in the data folder, where the first start makes one.</summary>
internal sealed class PepperSource(IOptions<ApiKeysOptions> options, IDataFolder folder, IRandomSource random)
{
    /// <summary>Loads the peppers.</summary>
    /// <exception cref="StartupRefusedException">They are missing, malformed, too short or open to others.</exception>
    public PepperRing Load()
    {
        if (options.Value.Peppers.Count > 0)
        {
            return new PepperRing(options.Value.Peppers.Select(p => Parse("DataHub:ApiKeys:Peppers", p.Key, p.Value)));
        }

        if (!string.IsNullOrEmpty(options.Value.PepperFile))
        {
            return File.Exists(options.Value.PepperFile)
                ? Read(options.Value.PepperFile)
                : throw new StartupRefusedException($"The pepper file {options.Value.PepperFile} (DataHub:ApiKeys:PepperFile) does not exist.");
        }

        var path = Path.Combine(folder.Path, "secrets", "pepper");
        if (!File.Exists(path))
        {
            Span<byte> value = stackalloc byte[Pepper.MinLength];
            random.Fill(value);
            OwnerOnlyFile.TryCreate(path, $"1:{Convert.ToBase64String(value)}\n");
            value.Clear();
        }

        return Read(path);
    }

    private static PepperRing Read(string path)
    {
        var lines = OwnerOnlyFile.Read(path).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var peppers = new List<Pepper>();
        foreach (var line in lines)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1 || !int.TryParse(line[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            {
                throw new StartupRefusedException($"The pepper file {path} is malformed: each line is version:base64, such as 1:….");
            }

            peppers.Add(Parse(path, version, line[(colon + 1)..]));
        }

        if (peppers.Count == 0 || peppers.Select(p => p.Version).Distinct().Count() < peppers.Count)
        {
            throw new StartupRefusedException($"The pepper file {path} must hold at least one pepper, and each version once.");
        }

        return new PepperRing(peppers);
    }

    private static Pepper Parse(string source, int version, string text) =>
        Pepper.TryDecode(text) is { } value
            ? new Pepper(version, value)
            : throw new StartupRefusedException($"Pepper {version} of {source} {Pepper.Form}");
}
