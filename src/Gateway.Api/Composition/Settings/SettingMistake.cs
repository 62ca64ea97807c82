using System.Text;

namespace DataHub.Gateway.Api.Composition.Settings;

/// <summary>One thing that is wrong with the settings.</summary>
/// <param name="Key">The full key, or the option as written.</param>
/// <param name="Value">The value; null where it must not be shown or there is none.</param>
/// <param name="Message">Completes the sentence "KEY …".</param>
/// <param name="Source">Where the value came from; null when it is not known.</param>
internal sealed record SettingMistake(string Key, string? Value, string Message, string? Source = null);

/// <summary>The settings are wrong; carries every mistake.</summary>
/// <param name="mistakes">The mistakes, at least one.</param>
internal sealed class SettingsException(IReadOnlyList<SettingMistake> mistakes) : Exception(Print(mistakes))
{
    /// <summary>EX_CONFIG of sysexits.h.</summary>
    public const int ExitCode = 78;

    /// <summary>Every mistake.</summary>
    public IReadOnlyList<SettingMistake> Mistakes { get; } = mistakes;

    private static string Print(IReadOnlyList<SettingMistake> mistakes)
    {
        var text = new StringBuilder();
        text.AppendLine(mistakes.Count == 1 ? "DataHub cannot start: a setting is wrong." : $"DataHub cannot start: {mistakes.Count} settings are wrong.");
        text.AppendLine();
        foreach (var mistake in mistakes)
        {
            text.Append("  ").Append(mistake.Key);
            text.Append(mistake.Value is null ? "" : $" = \"{mistake.Value}\"").AppendLine(mistake.Source is null ? "" : $"  (from {mistake.Source})");
            text.Append("      ").AppendLine(mistake.Message);
        }

        return text.AppendLine().Append("All settings are described in docs/reference/configuration.md.").ToString();
    }
}
