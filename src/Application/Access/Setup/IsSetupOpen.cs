using DataHub.Application.Abstractions;
using MediatR;

namespace DataHub.Application.Access.Setup;

/// <summary>Whether the first administrator is still to be made.</summary>
public sealed record IsSetupOpen : IQuery<bool>;

internal sealed class IsSetupOpenHandler(ISetupStore setup) : IRequestHandler<IsSetupOpen, bool>
{
    public Task<bool> Handle(IsSetupOpen request, CancellationToken cancellationToken) => setup.IsOpenAsync(cancellationToken);
}
