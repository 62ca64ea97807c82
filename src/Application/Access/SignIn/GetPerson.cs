using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Users;
using MediatR;

namespace DataHub.Application.Access.SignIn;

/// <summary>The person that a session belongs to.</summary>
/// <param name="Id">The user.</param>
public sealed record GetPerson(UserId Id) : IQuery<SignInPerson?>;

internal sealed class GetPersonHandler(ISignInPeople people) : IRequestHandler<GetPerson, SignInPerson?>
{
    public Task<SignInPerson?> Handle(GetPerson request, CancellationToken cancellationToken) => people.FindAsync(request.Id, cancellationToken);
}
