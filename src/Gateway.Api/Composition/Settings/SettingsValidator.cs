using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Options;

namespace DataHub.Gateway.Api.Composition.Settings;

/// <summary>Finds every mistake of the settings at once: unknown keys, values of another type, values out of range, broken rules.</summary>
/// <param name="catalogue">The settings there are.</param>
/// <param name="configuration">The settings as given.</param>
internal sealed class SettingsValidator(SettingsCatalogue catalogue, IConfigurationRoot configuration)
{
    private readonly List<SettingMistake> _mistakes = [];

    /// <summary>Checks everything.</summary>
    /// <param name="rules">Holds the <see cref="IValidateOptions{TOptions}"/>; null to leave cross-field rules out.</param>
    /// <returns>The mistakes; empty when all is well.</returns>
    public IReadOnlyList<SettingMistake> Validate(IServiceProvider? rules)
    {
        var readable = ReadableValues();
        foreach (var section in catalogue.Sections)
        {
            var options = Activator.CreateInstance(section.Type, nonPublic: true)!;
            readable.GetSection(section.Path).Bind(options);
            CheckAnnotations(section, "", options);
            CheckRules(section, options, rules);
        }

        return _mistakes;
    }

    // The binder would throw at the first value that it cannot read; those are noted here and left out.
    private IConfigurationRoot ReadableValues()
    {
        var good = new Dictionary<string, string?>();
        foreach (var (key, value) in configuration.GetSection(SettingsCatalogue.Root).AsEnumerable().Where(pair => pair.Value is not null))
        {
            var item = catalogue.Resolve(key);
            if (item?.Setting is not { } setting)
            {
                // The value of a key that is not known is not shown: it may be a secret with a slip in its name.
                _mistakes.Add(new SettingMistake(key, null, "is not a setting." + Suggestion(key, item), SourceOf(key)));
            }
            else if (value!.Length > 0 && item.Message is { } message)
            {
                _mistakes.Add(new SettingMistake(key, Shown(setting, value), message, SourceOf(key)));
            }
            else if (!setting.CanRead(value))
            {
                _mistakes.Add(new SettingMistake(key, Shown(setting, value), $"must be {setting.TypeInWords()}{RangeOf(setting)}.", SourceOf(key)));
            }
            else
            {
                good[key] = value;
            }
        }

        return new ConfigurationBuilder().AddInMemoryCollection(good).Build();
    }

    private string Suggestion(string key, SettingItem? item)
    {
        if (item is { Known.Count: > 0 })
        {
            return EditDistance.DidYouMean(key, item.Known, k => k);
        }

        var known = catalogue.Sections.SelectMany(s => s.Settings.Select(p => $"{s.Path}:{p.Key}")).ToList();
        var near = EditDistance.DidYouMean(key, known, k => k);
        var sameName = known.Where(k => k.EndsWith(":" + key.Split(':')[^1], StringComparison.OrdinalIgnoreCase)).ToList();
        return sameName.Count == 1 ? $" Did you mean {sameName[0]}?" : near;
    }

    private void CheckAnnotations(SettingsSection section, string prefix, object options)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        foreach (var result in results)
        {
            var setting = section.Settings.FirstOrDefault(s => result.MemberNames.Any(m => s.Key == prefix + m));
            Note(section, setting, Sentence(setting, result.ErrorMessage ?? "is not valid."));
        }

        foreach (var nested in section.Settings.Where(s => s.Key.StartsWith(prefix, StringComparison.Ordinal) && s.Key[prefix.Length..].Contains(':', StringComparison.Ordinal))
            .Select(s => s.Key[prefix.Length..].Split(':')[0]).Distinct())
        {
            if (options.GetType().GetProperty(nested)?.GetValue(options) is { } inner)
            {
                CheckAnnotations(section, prefix + nested + ":", inner);
            }
        }
    }

    private static string Sentence(Setting? setting, string message)
    {
        if (setting?.Property.GetCustomAttributes(typeof(RangeAttribute), false) is [RangeAttribute])
        {
            return $"must be {setting.TypeInWords()}{RangeOf(setting)}.";
        }

        // The framework's sentences name the property; here the key stands in front already.
        var named = setting is null ? "" : $"The {setting.Property.Name} field ";
        return message.StartsWith(named, StringComparison.Ordinal) ? message[named.Length..] : message;
    }

    private void CheckRules(SettingsSection section, object options, IServiceProvider? rules)
    {
        var contract = typeof(IValidateOptions<>).MakeGenericType(section.Type);
        foreach (var rule in rules?.GetServices(contract).OfType<object>() ?? [])
        {
            // These repeat the annotations.
            if (rule.GetType().Name.StartsWith("DataAnnotationValidateOptions", StringComparison.Ordinal))
            {
                continue;
            }

            var result = (ValidateOptionsResult)contract.GetMethod("Validate")!.Invoke(rule, [Options.DefaultName, options])!;
            foreach (var failure in result.Failures ?? [])
            {
                // "Key: what is wrong" is the form of our own rules.
                var setting = section.Settings.FirstOrDefault(s => failure.StartsWith(s.Key + ":", StringComparison.Ordinal));
                Note(section, setting, setting is null ? failure : failure[(setting.Key.Length + 1)..].Trim());
            }
        }
    }

    private void Note(SettingsSection section, Setting? setting, string message)
    {
        var key = setting is null ? section.Path : $"{section.Path}:{setting.Key}";
        var value = setting is null || setting.Many ? null : configuration[key] ?? Convert.ToString(setting.Default, CultureInfo.InvariantCulture) ?? "";
        _mistakes.Add(new SettingMistake(key, value is null ? null : Shown(setting!, value), message, SourceOf(key)));
    }

    private static string Shown(Setting setting, string value) => setting.Secret && value.Length > 0 ? "[secret]" : value;

    private static string RangeOf(Setting setting) =>
        setting.Property.GetCustomAttributes(typeof(RangeAttribute), false) is [RangeAttribute range]
            ? string.Create(CultureInfo.InvariantCulture, $" from {range.Minimum} to {range.Maximum}")
            : "";

    private string? SourceOf(string key) => configuration.Providers.Reverse().FirstOrDefault(p => p.TryGet(key, out _)) switch
    {
        null => null,
        JsonConfigurationProvider file => file.Source.Path,
        EnvironmentVariablesConfigurationProvider => $"environment {key.Replace(":", "__", StringComparison.Ordinal)}",
        SettingsSources.ShortVariables => "environment " + SettingsSources.ShortNameOf(key),
        SettingsSources.Arguments or CommandLineConfigurationProvider => "command line",
        MemoryConfigurationProvider => null,
        var other => other.ToString(),
    };
}
