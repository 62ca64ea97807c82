using DataHub.Application.Abstractions;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.ApiKeys;

/// <summary>One key.</summary>
/// <param name="Id">The key.</param>
public sealed record GetApiKey(ApiKeyId Id) : IQuery<ApiKeyDocument>;

internal sealed class GetApiKeyHandler(IApiKeyRepository keys, IKeyInsights insights, TimeProvider clock) : IRequestHandler<GetApiKey, ApiKeyDocument>
{
    public async Task<ApiKeyDocument> Handle(GetApiKey request, CancellationToken cancellationToken)
    {
        var key = await keys.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(ApiKeyErrors.NotFound);
        return ApiKeyDocument.From(key, clock.GetUtcNow(), (await insights.ReadAsync([key.Id], cancellationToken)).GetValueOrDefault(key.Id));
    }
}
