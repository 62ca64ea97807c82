using System.Text.RegularExpressions;
using DataHub.Application.Access.SignIn;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Access.SingleSignOn;

/// <summary>Checks the providers at start, and names every mistake.</summary>
/// <param name="configuration">For the address of the installation, which stands in another section.</param>
internal sealed partial class SsoOptionsRules(IConfiguration configuration) : IValidateOptions<SsoOptions>
{
    public ValidateOptionsResult Validate(string? name, SsoOptions options)
    {
        var failures = options.Providers.SelectMany(p => Check(p.Key, p.Value).Select(m => $"Providers: {p.Key}: {m}")).ToList();
        if (options.Providers.Count > 0 && string.IsNullOrEmpty(configuration[$"DataHub:SignIn:{nameof(SignInOptions.PublicUrl)}"]))
        {
            failures.Add("Providers: need DataHub:SignIn:PublicUrl, which the redirect URI begins with.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Check(string name, SsoProviderOptions provider)
    {
        if (!Name().IsMatch(name))
        {
            yield return "the name of a provider has 1 to 40 lower case letters, digits and dashes.";
        }

        // Whoever can read or change what goes to the provider can sign in as anybody.
        if (!Uri.TryCreate(provider.Authority, UriKind.Absolute, out var authority) || (authority.Scheme != Uri.UriSchemeHttps && !(authority.Scheme == Uri.UriSchemeHttp && authority.IsLoopback)))
        {
            yield return "Authority must be an https URL (http on loopback only).";
        }

        if (provider.ClientId.Length == 0)
        {
            yield return "ClientId is missing.";
        }

        if (!provider.Scopes.Split(' ').Contains("openid"))
        {
            yield return "Scopes must hold the word openid.";
        }

        if (provider.Roles.Any(r => r.Group.Length == 0 || RoleOf(r.Role) is null) || (provider.DefaultRole.Length > 0 && RoleOf(provider.DefaultRole) is null))
        {
            yield return $"every Roles:N needs a Group, and its Role, like DefaultRole, is one of {string.Join(", ", Enum.GetNames<Role>())}.";
        }

        if (provider.TenantId.Length > 0 && !EntityId.TryParse<TenantId>(provider.TenantId, out _))
        {
            yield return "TenantId looks like ten_ and 26 characters.";
        }
    }

    /// <summary>The role of a word; null when there is none of that name.</summary>
    internal static Role? RoleOf(string word) => Enum.TryParse<Role>(word, ignoreCase: true, out var role) && Enum.IsDefined(role) && !char.IsDigit(word[0]) ? role : null;

    [GeneratedRegex("^[a-z0-9-]{1,40}$")]
    private static partial Regex Name();
}
