using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace DataHub.Gateway.Api.Composition.Settings;

/// <summary>Writes <c>docs/reference/configuration.md</c> from the options classes and their XML documentation.</summary>
/// <param name="catalogue">The settings.</param>
internal sealed partial class SettingsReference(SettingsCatalogue catalogue)
{
    private const string Head =
        """
        # Configuration

        <!-- Written by `datahub --write-configuration-reference docs/reference/configuration.md`; edit the options classes instead. -->

        Settings come from `appsettings.json` (beside the program, then in the working directory), then from the environment
        (`DataHub__Section__Key`), then from the command line (`--Section:Key=value`); the last one wins. Lists are set item by item:
        `DataHub__Section__Key__0`, `DataHub__Section__Key__1`. The short forms are `--port` and `DATAHUB_PORT`, `--data` and `DATAHUB_DATA`.

        All settings are checked at start. Every mistake is listed at once, and the process ends with exit code 78. Values marked *secret* are never printed.

        Log levels are set as everywhere in .NET: `Logging__LogLevel__DataHub=Debug`.

        """;

    private readonly Dictionary<Assembly, Dictionary<string, XElement>> _documents = [];

    /// <summary>The whole page.</summary>
    public string Write()
    {
        var page = new StringBuilder(Head);
        foreach (var group in catalogue.Sections.GroupBy(s => s.Name))
        {
            page.Append("\n## ").Append(group.Key).Append("\n\n");
            page.AppendJoin("\n\n", group.Select(s => SummaryOf(s.Type.Assembly, "T:" + s.Type.FullName!.Replace('+', '.')))).Append("\n\n");
            page.Append("| setting | environment | type and range | default | what |\n|---|---|---|---|---|\n");
            foreach (var (section, setting) in group.SelectMany(s => s.Settings.Select(p => (s, p))))
            {
                page.Append("| `").Append(section.Name).Append(':').Append(setting.Key).Append("` | `")
                    .Append($"{section.Path}:{setting.Key}{setting.Suffix}".Replace(":", "__", StringComparison.Ordinal)).Append("` | ")
                    .Append(Cell(TypeOf(setting))).Append(" | ").Append(DefaultOf(setting)).Append(" | ")
                    .Append(Cell(SummaryOf(setting.Property.DeclaringType!.Assembly, $"P:{setting.Property.DeclaringType.FullName!.Replace('+', '.')}.{setting.Property.Name}")))
                    .Append(setting.Secret ? " *Secret.*" : "").Append(" |\n");
            }
        }

        return page.ToString();
    }

    private static string TypeOf(Setting setting)
    {
        var text = new StringBuilder(setting.Suffix switch { "" => "", ":0" => "list of ", _ => "by name: " }).Append(setting.TypeInWords());
        foreach (var attribute in setting.Property.GetCustomAttributes())
        {
            text.Append(attribute switch
            {
                RangeAttribute r => string.Create(CultureInfo.InvariantCulture, $", {r.Minimum} to {r.Maximum}"),
                RequiredAttribute => ", not empty",
                RegularExpressionAttribute r => $", matching `{r.Pattern}`",
                MinLengthAttribute m => $", at least {m.Length}",
                MaxLengthAttribute m => $", at most {m.Length}",
                StringLengthAttribute s => $", {s.MinimumLength} to {s.MaximumLength} characters",
                AllowedValuesAttribute a => ": " + string.Join(", ", a.Values.Select(v => $"`{v}`")),
                _ => "",
            });
        }

        return text.ToString();
    }

    private static string DefaultOf(Setting setting) => setting.Default switch
    {
        null or "" => "–",
        bool value => value ? "`true`" : "`false`",
        string value => $"`{Cell(value)}`",
        System.Collections.IEnumerable items => items.Cast<object>().Select(i => $"`{i}`").ToList() is { Count: > 0 } list ? string.Join(", ", list) : "–",
        IFormattable value => $"`{value.ToString(null, CultureInfo.InvariantCulture)}`",
        var value => $"`{value}`",
    };

    private string SummaryOf(Assembly assembly, string member)
    {
        if (!_documents.TryGetValue(assembly, out var members))
        {
            var file = Path.Combine(AppContext.BaseDirectory, assembly.GetName().Name + ".xml");
            members = XDocument.Load(file).Descendants("member").ToDictionary(m => m.Attribute("name")!.Value);
            _documents[assembly] = members;
        }

        var summary = members.GetValueOrDefault(member)?.Element("summary");
        return summary is null ? "" : Blanks().Replace(string.Concat(summary.Nodes().Select(Flatten)), " ").Trim();
    }

    private static string Flatten(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement element when element.Attribute("cref") is { } reference => $"`{reference.Value.Split('.', ':')[^1]}`",
        XElement element when element.Attribute("langword") is { } word => word.Value,
        XElement element => string.Concat(element.Nodes().Select(Flatten)),
        _ => "",
    };

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
