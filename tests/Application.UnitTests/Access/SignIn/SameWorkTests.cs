using DataHub.Application.Abstractions;
using DataHub.Application.Access.Credentials;
using DataHub.Application.Access.SignIn;
using DataHub.Application.Observability.Contracts;
using DataHub.Domain.Access.Sessions;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Application.UnitTests.Access.SignIn;

/// <summary>Whoever measures how long a refusal takes must not learn who exists: every refusal takes the same steps, the slow hash included.</summary>
public class SameWorkTests
{
    private static readonly SignInPerson Known = new(new UserId(Guid.CreateVersion7()), "known@example.com", "Known", Role.Viewer, TenantId.Default, false, UserStatus.Active) { PasswordHash = "hash" };

    [TestCase("known@example.com")]
    [TestCase("nobody@example.com")]
    [TestCase("disabled@example.com")]
    [TestCase("invited@example.com")]
    [TestCase("elsewhere@example.com")]
    public async Task SignIn_Refused_TakesTheSameSteps(string email)
    {
        var steps = new Steps();
        var handler = new SignInWithPasswordHandler(steps, steps, steps, null!, null!, null!, null!, steps, TimeProvider.System);

        var result = await handler.Handle(new SignInWithPassword(email, new ClearSecret("wrong"), null, null, new SessionClient("203.0.113.1", ""), null, null), CancellationToken.None);

        result.Outcome.Should().Be(SignInOutcome.Refused);
        steps.Taken.Should().Equal("throttle", "read", "hash", "audit");
        steps.Hash.Should().Be(email == Known.Email ? "hash" : null);
    }

    private sealed class Steps : ISignInThrottle, ISignInPeople, IPasswordHashing, IAuditTrail
    {
        public List<string> Taken { get; } = [];

        public string? Hash { get; private set; }

        public Task<SignInTurn> BeginAsync(string email, SignInOrigin origin, CancellationToken cancellationToken) => Done("throttle", new SignInTurn(true, 0));

        public Task<SignInPerson?> FindByEmailAsync(string email, CancellationToken cancellationToken) => Done("read", email switch
        {
            "known@example.com" => Known,
            "disabled@example.com" => Known with { Status = UserStatus.Disabled },
            "invited@example.com" => Known with { Status = UserStatus.Invited },
            "elsewhere@example.com" => Known with { PasswordHash = null },
            _ => null,
        });

        public Task<PasswordMatch> VerifyAsync(string? hash, string password, CancellationToken cancellationToken)
        {
            Hash = hash;
            return Done("hash", PasswordMatch.No);
        }

        public Task RecordAsync(AuditNote note, CancellationToken cancellationToken) => Done("audit", note);

        public void Note(string action, string resourceType, string resourceId, object? details = null) => Taken.Add("note");

        public Task<string> HashAsync(string password, CancellationToken cancellationToken) => Done("new hash", "");

        public Task SucceededAsync(string email, SignInOrigin origin, CancellationToken cancellationToken) => Done("success", 0);

        public Task<SignInPerson?> FindAsync(UserId id, CancellationToken cancellationToken) => Done<SignInPerson?>("read by id", null);

        public Task<SignInPerson?> FindOfAsync(Session session, CancellationToken cancellationToken) => Done<SignInPerson?>("read by session", null);

        public Task NoteSignInAsync(UserId id, DateTimeOffset now, CancellationToken cancellationToken) => Done("last sign-in", 0);

        private Task<T> Done<T>(string step, T result)
        {
            Taken.Add(step);
            return Task.FromResult(result);
        }
    }
}
