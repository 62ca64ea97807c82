using System.ComponentModel;
using System.Reflection;
using DataHub.Application;
using DataHub.Application.Abstractions;
using DataHub.Infrastructure;
using Microsoft.Extensions.Options;

namespace DataHub.Gateway.Api.Composition.Settings;

/// <summary>Every setting there is, found by reflection over the classes marked with <see cref="ConfigurationSectionAttribute"/>.</summary>
internal sealed class SettingsCatalogue
{
    /// <summary>The section that all settings stand under.</summary>
    public const string Root = "DataHub";

    private SettingsCatalogue(IReadOnlyList<SettingsSection> sections) => Sections = sections;

    /// <summary>The sections by name, first those that everybody meets.</summary>
    public IReadOnlyList<SettingsSection> Sections { get; }

    /// <summary>The settings of this build.</summary>
    public static SettingsCatalogue OfThisBuild() =>
        Of(new[] { typeof(ApplicationRegistration), typeof(InfrastructureRegistration), typeof(SettingsCatalogue) }.SelectMany(t => t.Assembly.GetTypes()));

    /// <summary>The settings that the services of a host read. As many as this build has; to look through its assemblies would load every type in them into each process.</summary>
    /// <param name="services">The services.</param>
    public static SettingsCatalogue Of(IServiceCollection services) => Of(services.Select(s => s.ServiceType)
        .Where(t => t.IsConstructedGenericType && t.GetGenericTypeDefinition() == typeof(IOptionsChangeTokenSource<>)).Select(t => t.GenericTypeArguments[0]).Distinct());

    /// <summary>The settings of a set of types.</summary>
    /// <param name="types">Options classes among any others.</param>
    public static SettingsCatalogue Of(IEnumerable<Type> types)
    {
        var sections =
            from type in types
            let name = type.GetCustomAttribute<ConfigurationSectionAttribute>()?.Name
            where name is not null
            orderby name is "Gateway" ? 0 : name is "Database" ? 1 : 2, name, type.Name.StartsWith(name, StringComparison.Ordinal) ? 0 : 1, type.Name
            select new SettingsSection(name, type, [.. Describe("", type, Activator.CreateInstance(type, nonPublic: true)!)]);
        return new SettingsCatalogue([.. sections]);
    }

    /// <summary>The setting that a full configuration key belongs to.</summary>
    /// <param name="key">Such as <c>DataHub:Gateway:Port</c> or <c>DataHub:Proxies:Trusted:0</c>.</param>
    /// <returns>The setting, or null when there is none of this name.</returns>
    public Setting? Find(string key) => Sections.SelectMany(s => s.Settings.Where(p => p.Covers(s.Path, key))).FirstOrDefault();

    /// <summary>What a full configuration key names, inside the items of a setting too.</summary>
    /// <param name="key">Such as <c>DataHub:Sso:Providers:corp:ClientId</c>.</param>
    /// <returns>Null when no setting covers the key.</returns>
    public SettingItem? Resolve(string key) => Sections
        .SelectMany(s => s.Settings.Where(p => p.Covers(s.Path, key)).Select(p => SettingItems.Resolve(p, $"{s.Path}:{p.Key}", key)))
        .FirstOrDefault();

    private static IEnumerable<Setting> Describe(string prefix, Type type, object defaults)
    {
        foreach (var property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(p => p.SetMethod is not null || IsList(p.PropertyType)))
        {
            var value = property.GetValue(defaults);
            if (IsNested(property.PropertyType))
            {
                foreach (var inner in Describe(prefix + property.Name + ":", property.PropertyType, value ?? Activator.CreateInstance(property.PropertyType)!))
                {
                    yield return inner;
                }
            }
            else
            {
                yield return new Setting(prefix + property.Name, property, value);
            }
        }
    }

    private static bool IsNested(Type type) => type is { IsClass: true, Namespace: { } space } && space.StartsWith(Root + ".", StringComparison.Ordinal);

    private static bool IsList(Type type) => type != typeof(string) && typeof(System.Collections.IEnumerable).IsAssignableFrom(type);
}

/// <summary>One options class.</summary>
/// <param name="Name">The section under <c>DataHub</c>.</param>
/// <param name="Type">The options class.</param>
/// <param name="Settings">Its settings, in the order of the class.</param>
internal sealed record SettingsSection(string Name, Type Type, IReadOnlyList<Setting> Settings)
{
    /// <summary>The full configuration path.</summary>
    public string Path => $"{SettingsCatalogue.Root}:{Name}";
}

/// <summary>One setting.</summary>
/// <param name="Key">The key inside its section.</param>
/// <param name="Property">The property that holds it.</param>
/// <param name="Default">The initial value.</param>
internal sealed record Setting(string Key, PropertyInfo Property, object? Default)
{
    /// <summary>True when the value must not be printed.</summary>
    public bool Secret => Property.IsDefined(typeof(SecretSettingAttribute));

    /// <summary>The type of one value: of the items when this is a list.</summary>
    public Type ValueType
    {
        get
        {
            var type = Property.PropertyType;
            var item = type == typeof(string) ? null
                : type.IsArray ? type.GetElementType()
                : type.IsGenericType && typeof(System.Collections.IEnumerable).IsAssignableFrom(type) ? type.GetGenericArguments()[^1]
                : null;
            return Nullable.GetUnderlyingType(item ?? type) ?? item ?? type;
        }
    }

    /// <summary>True when the setting holds several values under numbers or names.</summary>
    public bool Many => Property.PropertyType != typeof(string) && typeof(System.Collections.IEnumerable).IsAssignableFrom(Property.PropertyType);

    /// <summary>What stands behind the key of one value: nothing, the number of an item, or its name.</summary>
    public string Suffix => !Many ? "" : Property.PropertyType.IsGenericType && Property.PropertyType.GetGenericArguments().Length == 2 ? ":NAME" : ":0";

    /// <summary>True when a configuration key names this setting or an item of it.</summary>
    /// <param name="sectionPath">The full path of the section.</param>
    /// <param name="key">The full configuration key.</param>
    public bool Covers(string sectionPath, string key)
    {
        var own = $"{sectionPath}:{Key}";
        return key.Equals(own, StringComparison.OrdinalIgnoreCase) || (Many && key.StartsWith(own + ":", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Whether a text can become a value; items that are objects are left to the binder.</summary>
    /// <param name="text">The text.</param>
    public bool CanRead(string text)
    {
        var converter = TypeDescriptor.GetConverter(ValueType);
        if (!converter.CanConvertFrom(typeof(string)) || (text.Length == 0 && Nullable.GetUnderlyingType(Property.PropertyType) is not null))
        {
            return true;
        }

        try
        {
            converter.ConvertFromInvariantString(text);
            return true;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or NotSupportedException or OverflowException)
        {
            return false;
        }
    }

    /// <summary>What a value must look like, in words.</summary>
    public string TypeInWords() => ValueType switch
    {
        { IsEnum: true } type => "one of " + string.Join(", ", Enum.GetNames(type)),
        var type when type == typeof(bool) => "true or false",
        var type when type == typeof(int) || type == typeof(long) || type == typeof(short) || type == typeof(byte) => "a whole number",
        var type when type == typeof(double) || type == typeof(decimal) || type == typeof(float) => "a number",
        var type when type == typeof(TimeSpan) => "a duration such as 00:00:30",
        var type when type == typeof(Uri) => "a URL",
        _ => "text",
    };
}
