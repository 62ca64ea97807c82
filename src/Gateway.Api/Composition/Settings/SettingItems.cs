using System.ComponentModel;
using System.Reflection;

namespace DataHub.Gateway.Api.Composition.Settings;

/// <summary>What a key of an item names, such as <c>Providers:corp:Roles:0:Global</c>.</summary>
/// <param name="Setting">The setting inside the item, or the one itself; null when there is none of this name.</param>
/// <param name="Message">What is wrong with giving it a value here; null for nothing.</param>
/// <param name="Known">The names that could have been meant, as full keys.</param>
internal sealed record SettingItem(Setting? Setting, string? Message, IReadOnlyList<string> Known);

/// <summary>Follows a key into the items of a setting, which may be objects with settings of their own.</summary>
internal static class SettingItems
{
    /// <summary>Finds what a key names.</summary>
    /// <param name="setting">The setting that covers the key.</param>
    /// <param name="path">The setting's own full key.</param>
    /// <param name="key">The full key.</param>
    public static SettingItem Resolve(Setting setting, string path, string key)
    {
        var rest = key.Length > path.Length ? key[(path.Length + 1)..].Split(':') : [];
        return Resolve(setting, path, rest);
    }

    private static SettingItem Resolve(Setting setting, string path, ReadOnlySpan<string> rest)
    {
        if (!setting.Many)
        {
            return rest.IsEmpty ? new SettingItem(setting, null, []) : new SettingItem(null, null, [path]);
        }

        var first = ItemProperties(setting) is [var property, ..] ? ":" + property.Name : "";
        if (rest.IsEmpty)
        {
            return new SettingItem(setting, setting.Suffix == ":0" ? $"is a list: set {path}:0{first}, {path}:1{first} and so on." : $"has named values: set {path}{setting.Suffix}{first}.", []);
        }

        path += ":" + rest[0];
        if (!NameFits(setting, rest[0]))
        {
            return new SettingItem(setting, "must stand under a whole number.", []);
        }

        if (ItemProperties(setting) is not { Length: > 0 } properties)
        {
            return rest.Length == 1 ? new SettingItem(setting, null, []) : new SettingItem(null, null, [path]);
        }

        if (rest.Length == 1)
        {
            return new SettingItem(setting, $"has settings of its own: set {string.Join(", ", properties.Take(3).Select(p => $"{path}:{p.Name}"))} and so on.", []);
        }

        var wanted = rest[1];
        var found = properties.FirstOrDefault(p => p.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase));
        var own = path;
        return found is null
            ? new SettingItem(null, null, [.. properties.Select(p => $"{own}:{p.Name}")])
            : Resolve(new Setting($"{setting.Key}:{rest[0]}:{found.Name}", found, null), $"{path}:{found.Name}", rest[2..]);
    }

    private static PropertyInfo[] ItemProperties(Setting setting) =>
        setting.ValueType is { IsClass: true, Namespace: { } space } type && space.StartsWith(SettingsCatalogue.Root + ".", StringComparison.Ordinal)
            ? type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
            : [];

    // The binder leaves out what stands under a name that it cannot read.
    private static bool NameFits(Setting setting, string name)
    {
        var arguments = setting.Property.PropertyType.IsGenericType ? setting.Property.PropertyType.GetGenericArguments() : [];
        return arguments.Length == 2 && arguments[0] != typeof(string) ? TypeDescriptor.GetConverter(arguments[0]).IsValid(name)
            : arguments.Length == 2 || int.TryParse(name, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out _);
    }
}
