using DataHub.Application.Abstractions;

namespace DataHub.Infrastructure.Access.SingleSignOn;

/// <summary>Single sign-on with identity providers that speak OpenID Connect.</summary>
[ConfigurationSection("Sso")]
internal sealed class SsoOptions
{
    /// <summary>
    /// The providers by name (lower case letters, digits, <c>-</c>), each with <c>Authority</c> (its issuer URL), <c>ClientId</c>, <c>ClientSecret</c>, <c>DisplayName</c>,
    /// <c>Scopes</c> (<c>openid profile email</c>), <c>GroupsClaim</c> (<c>groups</c>), <c>Roles:0:Group</c>, <c>Roles:0:Role</c> and <c>Roles:0:Global</c> (the first group that the
    /// person has decides), <c>DefaultRole</c> (none), <c>CreateUsers</c> (<c>true</c>), <c>TrustEmail</c> (<c>false</c>: an address counts only when the provider calls it verified) and <c>TenantId</c> (the default tenant).
    /// </summary>
    public Dictionary<string, SsoProviderOptions> Providers { get; init; } = [];
}

/// <summary>One provider.</summary>
internal sealed class SsoProviderOptions
{
    /// <summary>The issuer: discovery is under it, and every ID token names it.</summary>
    public string Authority { get; set; } = "";

    /// <summary>What DataHub is called there.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>What DataHub proves that with; empty for a public client.</summary>
    public string ClientSecret { get; set; } = "";

    /// <summary>The provider's name for people; its own name when empty.</summary>
    public string DisplayName { get; set; } = "";

    /// <summary>What is asked for, words divided by spaces.</summary>
    public string Scopes { get; set; } = "openid profile email";

    /// <summary>The claim that holds the groups, as a list or as words; a path such as <c>realm_access.roles</c> leads into objects.</summary>
    public string GroupsClaim { get; set; } = "groups";

    /// <summary>The roles of groups, the most important first. None: groups do not matter.</summary>
    public List<SsoRoleOptions> Roles { get; init; } = [];

    /// <summary>The role of who has none by a group: <c>Admin</c>, <c>Developer</c>, <c>Viewer</c>; empty for none, who may not sign in.</summary>
    public string DefaultRole { get; set; } = "";

    /// <summary>Whether who is not known yet is made a user.</summary>
    public bool CreateUsers { get; set; } = true;

    /// <summary>Whether mail addresses count that the provider does not call verified. Only for a provider in which people cannot set their own.</summary>
    public bool TrustEmail { get; set; }

    /// <summary>The tenant of those who are made; empty for the default tenant.</summary>
    public string TenantId { get; set; } = "";
}

/// <summary>The role of a group.</summary>
internal sealed class SsoRoleOptions
{
    /// <summary>The group, as the claim writes it.</summary>
    public string Group { get; set; } = "";

    /// <summary>The role: <c>Admin</c>, <c>Developer</c>, <c>Viewer</c>.</summary>
    public string Role { get; set; } = "";

    /// <summary>Whether it holds in every tenant.</summary>
    public bool Global { get; set; }
}
