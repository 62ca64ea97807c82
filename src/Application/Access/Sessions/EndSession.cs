using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Sessions;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.Sessions;

/// <summary>Ends one session of a person.</summary>
/// <param name="UserId">Whose it must be.</param>
/// <param name="Id">The session.</param>
/// <param name="Reason">Why.</param>
public sealed record EndSession(UserId UserId, SessionId Id, SessionEnd Reason) : ICommand<Unit>;

internal sealed class EndSessionHandler(ISessionRepository sessions, IChangePublisher changes, TimeProvider clock) : IRequestHandler<EndSession, Unit>
{
    public async Task<Unit> Handle(EndSession request, CancellationToken cancellationToken)
    {
        if (await sessions.FindAsync(request.Id, cancellationToken) is not { } session || session.UserId != request.UserId)
        {
            throw new DomainException(SessionErrors.NotFound);
        }

        session.End(request.Reason, clock.GetUtcNow());
        changes.Publish(ChangeTopics.Sessions, session.Id.ToString());
        return Unit.Value;
    }
}
