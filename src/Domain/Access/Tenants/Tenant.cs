using DataHub.Domain.Access.Metadata;
using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Access.Tenants;

/// <summary>What can be changed of a tenant.</summary>
/// <param name="Name">Unique: 1 to <see cref="Tenant.MaxNameLength"/> lower case letters, digits and inner <c>-</c>.</param>
/// <param name="DisplayName">For people, at most <see cref="Tenant.MaxDisplayNameLength"/> characters; empty for none.</param>
/// <param name="Hosts">Hosts that are this tenant's alone, exact or <c>*.example.com</c>; none (default) for none.</param>
/// <param name="Metadata">Free pairs, in the bounds of <see cref="MetadataRules"/>.</param>
public sealed record TenantSettings(string Name, string DisplayName, IReadOnlyList<string> Hosts, IReadOnlyDictionary<string, string> Metadata);

/// <summary>An organisation whose consumers, keys, APIs, routes, users and logs nobody else sees.</summary>
public sealed class Tenant : AggregateRoot<TenantId>
{
    /// <summary>Most characters of a name.</summary>
    public const int MaxNameLength = 63;

    /// <summary>Most characters of the display name.</summary>
    public const int MaxDisplayNameLength = 100;

    /// <summary>Most hosts.</summary>
    public const int MaxHosts = 50;

    /// <summary>Name of the default tenant.</summary>
    public const string DefaultName = "default";

    private string[] _hosts = [];

    private Tenant(TenantId id, DateTimeOffset now) : base(id, now) => (Name, DisplayName) = ("", "");

    private Tenant() => (Name, DisplayName) = ("", "");

    /// <summary>The unique name.</summary>
    public string Name { get; private set; }

    /// <summary>The name for people; empty for none.</summary>
    public string DisplayName { get; private set; }

    /// <summary>Hosts that are this tenant's alone, in lower case.</summary>
    public IReadOnlyList<string> Hosts => _hosts;

    /// <summary>Free pairs.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; private set; } = new Dictionary<string, string>();

    /// <summary>Makes a tenant.</summary>
    /// <param name="id">The id, for ever.</param>
    /// <param name="settings">What can be changed later.</param>
    /// <param name="now">UTC instant of the request.</param>
    /// <exception cref="DomainException"><see cref="TenantErrors.Invalid"/>.</exception>
    public static Tenant Create(TenantId id, TenantSettings settings, DateTimeOffset now)
    {
        var tenant = new Tenant(id, now);
        tenant.Apply(settings);
        return tenant;
    }

    /// <summary>Replaces what can be changed. The default tenant keeps its name.</summary>
    /// <param name="settings">All of it.</param>
    /// <param name="now">UTC instant of the request.</param>
    /// <exception cref="DomainException"><see cref="TenantErrors.Invalid"/>; nothing was changed.</exception>
    public void Update(TenantSettings settings, DateTimeOffset now)
    {
        Require(Id != TenantId.Default || settings.Name == DefaultName, $"The default tenant is always named '{DefaultName}'; change its display name instead.", "/name");
        Apply(settings);
        Touch(now);
    }

    /// <summary>Whether a text can name a tenant.</summary>
    /// <param name="name">The text.</param>
    public static bool IsName(string? name) =>
        name is { Length: > 0 and <= MaxNameLength } && name[0] != '-' && name[^1] != '-'
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private void Apply(TenantSettings settings)
    {
        Require(IsName(settings.Name), $"A tenant's name has 1 to {MaxNameLength} lower case letters, digits and '-', and neither begins nor ends with '-'.", "/name");
        Require(settings.DisplayName.Length <= MaxDisplayNameLength, $"The display name has at most {MaxDisplayNameLength} characters.", "/displayName");
        Require(settings.Hosts.Count <= MaxHosts, $"A tenant has at most {MaxHosts} hosts.", "/hosts");
        Require(MetadataRules.Violation(settings.Metadata) is null, "The metadata is not valid.", "/metadata");
        Name = settings.Name;
        DisplayName = settings.DisplayName;
        _hosts = [.. settings.Hosts.Select(h => h.ToLowerInvariant()).Distinct(StringComparer.Ordinal)];
        Metadata = settings.Metadata;
    }

    private static void Require(bool holds, string detail, string pointer)
    {
        if (!holds)
        {
            throw new DomainException(TenantErrors.Invalid, detail, pointer);
        }
    }
}
