using DataHub.Application.Abstractions;
using DataHub.Application.Access.ApiKeys;
using DataHub.Application.Access.Consumers;
using DataHub.Application.Observability.Contracts;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Access.Scopes;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using FluentValidation;
using MediatR;

namespace DataHub.Application.Access.Setup;

/// <summary>Makes the first administrator. Works once in the life of a database.</summary>
/// <param name="Token">The one-time token.</param>
/// <param name="Name">Name of the administrator; null for <see cref="DefaultName"/>.</param>
/// <param name="Email">Mail address of a first user; null to make none.</param>
/// <param name="Password">The password of that user; null without one.</param>
public sealed record CompleteSetup(ClearSecret Token, string? Name, string? Email = null, ClearSecret? Password = null) : ICommand<CompletedSetup>
{
    /// <summary>Name of an administrator who gave none.</summary>
    public const string DefaultName = "administrator";
}

/// <summary>The first administrator.</summary>
/// <param name="Consumer">A consumer of the segment admin.</param>
/// <param name="Key">Its admin key.</param>
/// <param name="Secret">The only copy of the key's secret.</param>
/// <param name="User">The first user; null when none was asked for.</param>
public sealed record CompletedSetup(Consumer Consumer, ApiKey Key, ClearSecret Secret, User? User);

internal sealed class CompleteSetupValidator : AbstractValidator<CompleteSetup>
{
    public CompleteSetupValidator()
    {
        RuleFor(c => c.Name!).IsName(Consumer.MaxNameLength).When(c => c.Name is not null);
        RuleFor(c => c.Email).Must(User.IsEmail).When(c => c.Email is not null || c.Password is not null).WithErrorCode("invalid_email").WithMessage("A user has a mail address.");
        RuleFor(c => c.Password).NotNull().When(c => c.Email is not null).WithErrorCode("required").WithMessage("A user has a password.");
    }
}

internal sealed class CompleteSetupHandler(
    ISetupStore setup,
    IConsumerRepository consumers,
    IApiKeyRepository keys,
    KeyMint mint,
    FirstUser firstUser,
    IIdSource ids,
    IChangePublisher changes,
    IAuditTrail audit,
    TimeProvider clock) : IRequestHandler<CompleteSetup, CompletedSetup>
{
    private static readonly DomainError Completed = new(ErrorCodes.SetupCompleted, "Setup was completed already.");
    private static readonly DomainError WrongToken = new(ErrorCodes.SetupTokenInvalid, "The setup token is not valid.");
    private static readonly Dictionary<string, string> NoMetadata = [];

    public async Task<CompletedSetup> Handle(CompleteSetup request, CancellationToken cancellationToken)
    {
        await EnsureOpenAsync(cancellationToken);
        if (!await setup.MatchesAsync(request.Token.Reveal(), cancellationToken))
        {
            await audit.RecordAsync(new AuditNote("setup.complete", "setup", null, AuditResult.Denied) { Code = WrongToken.Code }, CancellationToken.None);
            throw new DomainException(WrongToken, "The token is not the one that the gateway printed when it started.");
        }

        // Only who has the token may make others wait.
        await setup.LockAsync(cancellationToken);
        await EnsureOpenAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var name = request.Name ?? CompleteSetup.DefaultName;
        var id = new ConsumerId(ids.NewId());
        if (await consumers.IsNameTakenAsync(name, id, cancellationToken))
        {
            throw new DomainException(ConsumerErrors.NameTaken, $"Another consumer is named '{name}' already.", "/name");
        }

        var consumer = Consumer.Create(id, new ConsumerSettings(name, ConsumerSegment.Admin, null, null, NoMetadata), now);
        var secret = mint.Mint(KeyEnvironment.Admin, out var fingerprint);
        var settings = new ApiKeySettings("first admin key", [Scope.All], null, [], null, NoMetadata);
        var key = ApiKey.Issue(new ApiKeyId(ids.NewId()), consumer.Id, KeyEnvironment.Admin, fingerprint, settings, "setup", now);
        consumers.Add(consumer);
        keys.Add(key);
        var user = request is { Email: { } email, Password: { } password } ? await firstUser.AddAsync(email, name, password, cancellationToken) : null;
        await setup.CompleteAsync(now, cancellationToken);
        changes.Publish(ChangeTopics.Keys, key.Id.ToString());
        return new CompletedSetup(consumer, key, secret, user);
    }

    private async Task EnsureOpenAsync(CancellationToken cancellationToken)
    {
        if (!await setup.IsOpenAsync(cancellationToken))
        {
            throw new DomainException(Completed, "Setup was completed already; ask an administrator for a key.");
        }
    }
}
