using DataHub.Application.Access.SingleSignOn;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Access.SingleSignOn;

/// <summary>The issuers of the configured providers, by the method of the sessions that are opened with them.</summary>
internal sealed class SsoIssuers(IOptions<SsoOptions> options)
{
    /// <summary>The methods.</summary>
    public string[] Methods { get; } = [.. options.Value.Providers.Keys.Select(SignInWithProvider.MethodOf)];

    /// <summary>Of each its issuer, at the same place.</summary>
    public string[] Issuers { get; } = [.. options.Value.Providers.Values.Select(p => p.Authority)];
}
