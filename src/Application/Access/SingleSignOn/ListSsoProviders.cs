using DataHub.Application.Abstractions;
using MediatR;

namespace DataHub.Application.Access.SingleSignOn;

/// <summary>The identity providers that people can sign in with.</summary>
public sealed record ListSsoProviders : IQuery<IReadOnlyList<SsoProviderInfo>>;

internal sealed class ListSsoProvidersHandler(ISsoProviders providers) : IRequestHandler<ListSsoProviders, IReadOnlyList<SsoProviderInfo>>
{
    public Task<IReadOnlyList<SsoProviderInfo>> Handle(ListSsoProviders request, CancellationToken cancellationToken) => Task.FromResult(providers.All);
}
