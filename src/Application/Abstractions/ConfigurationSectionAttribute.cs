namespace DataHub.Application.Abstractions;

/// <summary>
/// Marks an options class: bound from <c>DataHub:{Name}</c>, validated at start, listed in the configuration reference.
/// Properties carry a range attribute, an initialiser (the default) and a summary with the unit.
/// </summary>
/// <param name="name">The section under <c>DataHub</c>.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ConfigurationSectionAttribute(string name) : Attribute
{
    /// <summary>The section under <c>DataHub</c>.</summary>
    public string Name { get; } = name;
}

/// <summary>Marks a setting whose value must never be printed.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretSettingAttribute : Attribute;
