using System.Security.Cryptography;
using System.Text;
using DataHub.Application.Abstractions;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Observability.Contracts;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.SharedKernel;
using FluentValidation;
using FluentValidation.Results;
using MediatR;

namespace DataHub.Application.Access.ApiKeys;

/// <summary>A text that a scanner found and took for a secret.</summary>
/// <param name="Token">The text.</param>
/// <param name="Type">What the scanner calls it.</param>
/// <param name="Url">Where it was found; null when not told.</param>
/// <param name="Source">In what, such as <c>commit</c>; null when not told.</param>
public sealed record ReportedSecret(ClearSecret Token, string? Type, string? Url, string? Source);

/// <summary>Takes what secret scanners have found: deals with the keys whose secrets they are, by policy, and raises an event for each.</summary>
/// <remarks>
/// Refused as a whole with <see cref="ErrorCodes.InUse"/> when it would end the last administrator: send it again then, in a scope of its own,
/// with <paramref name="KeepAdminKeys"/>. A refusal must not be caught inside of the command: what it refused is part of the transaction.
/// </remarks>
/// <param name="Secrets">What was found.</param>
/// <param name="KeepAdminKeys">True: admin keys are only told of.</param>
public sealed record ReportLeakedSecrets(IReadOnlyList<ReportedSecret> Secrets, bool KeepAdminKeys = false) : ICommand<IReadOnlyList<LeakVerdict>>
{
    /// <summary>Most texts of one report.</summary>
    public const int MaxSecrets = 500;
}

/// <summary>What came of one text.</summary>
/// <param name="TokenHash">SHA-256 of the text in base64, by which the scanner knows it.</param>
/// <param name="TokenType">What the scanner called it.</param>
/// <param name="Label"><c>true_positive</c> when it is the secret of a key, else <c>false_positive</c>.</param>
/// <param name="KeyId">The key; null for none.</param>
/// <param name="Action">What was done: <c>revoked</c>, <c>disabled</c>, <c>none</c>.</param>
/// <param name="Detail">Why nothing was done; null when something was, or when it is no secret.</param>
public sealed record LeakVerdict(string TokenHash, string? TokenType, string Label, string? KeyId, string Action, string? Detail);

internal sealed class ReportLeakedSecretsValidator : AbstractValidator<ReportLeakedSecrets>
{
    private const int MaxText = 2000;

    public ReportLeakedSecretsValidator() => RuleFor(c => c).Custom((command, context) =>
    {
        if (command.Secrets.Count is 0 or > ReportLeakedSecrets.MaxSecrets)
        {
            context.AddFailure(new ValidationFailure("", $"A report has 1 to {ReportLeakedSecrets.MaxSecrets} entries.") { ErrorCode = "out_of_range" });
        }

        if (command.Secrets.Any(s => s.Url is { Length: > MaxText } || s.Type is { Length: > MaxText } || s.Source is { Length: > MaxText }))
        {
            context.AddFailure(new ValidationFailure("", $"type, url and source have at most {MaxText} characters.") { ErrorCode = "too_long" });
        }
    });
}

internal sealed class ReportLeakedSecretsHandler(
    IKeyDirectory directory, IApiKeyRepository keys, IMediator mediator, IEventPublisher events, IAuditTrail audit, KeyInspectionOptions options, TimeProvider clock)
    : IRequestHandler<ReportLeakedSecrets, IReadOnlyList<LeakVerdict>>
{
    private static readonly DomainError Away = new(ErrorCodes.StoreUnavailable, "The secrets cannot be checked at the moment; send the report again shortly.");

    public async Task<IReadOnlyList<LeakVerdict>> Handle(ReportLeakedSecrets request, CancellationToken cancellationToken)
    {
        var verdicts = new List<LeakVerdict>(request.Secrets.Count);
        foreach (var reported in request.Secrets)
        {
            var text = reported.Token.Reveal().Trim();
            var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(reported.Token.Reveal())));
            verdicts.Add(await FindAsync(text, cancellationToken) is var (caller, key)
                ? await DealAsync(reported, hash, caller, key, request.KeepAdminKeys, cancellationToken)
                : new LeakVerdict(hash, reported.Type, "false_positive", null, "none", null));
        }

        return verdicts;
    }

    private async Task<(CallerRecord Caller, ApiKey Key)?> FindAsync(string text, CancellationToken cancellationToken)
    {
        if (!KeyFormat.IsWellFormed(text))
        {
            return null;
        }

        var lookup = await directory.FindAsync(text, cancellationToken);
        return lookup.Status == KeyLookupStatus.StoreUnavailable ? throw new DomainException(Away)
            : lookup.Caller is { } caller && await keys.FindAsync(caller.KeyId, cancellationToken) is { } key ? (caller, key)
            : null;
    }

    private async Task<LeakVerdict> DealAsync(ReportedSecret reported, string hash, CallerRecord caller, ApiKey key, bool keepAdminKeys, CancellationToken cancellationToken)
    {
        var (action, detail) = await ActAsync(key, caller.SecretVersion, keepAdminKeys, cancellationToken);
        var id = key.Id.ToString();
        audit.Note("key.leaked", "key", id, new { reported.Type, reported.Url, reported.Source, action });
        events.Publish(KeyEvents.Leaked, KeyEventData.Of(key) with
        {
            SecretVersion = caller.SecretVersion, Url = reported.Url, Source = reported.Source, Revoked = action == "revoked", Reason = detail,
        });
        return new LeakVerdict(hash, reported.Type, "true_positive", id, action, detail);
    }

    private async Task<(string Action, string? Detail)> ActAsync(ApiKey key, int secretVersion, bool keepAdminKeys, CancellationToken cancellationToken)
    {
        if (key.RevokedAt is not null)
        {
            return ("none", "The key was revoked already.");
        }

        // Whoever found it can do nothing with it, and the secrets that are in use were not found.
        if (!key.Secrets.Any(s => s.Version == secretVersion && s.IsAcceptedAt(clock.GetUtcNow())))
        {
            return ("none", "The secret is not accepted any more; the key was left as it is.");
        }

        if (keepAdminKeys && key.Environment == KeyEnvironment.Admin)
        {
            return ("none", "Nobody could administer the gateway without the admin keys of this report; make another administrator, then revoke it.");
        }

        if (options.OnLeak == KeyInspectionOptions.Report || (options.OnLeak == KeyInspectionOptions.Disable && key.StatusAt(clock.GetUtcNow()) == KeyStatus.Disabled))
        {
            return ("none", options.OnLeak == KeyInspectionOptions.Report ? "Leaks are only reported here; rotate or revoke the key." : "The key is disabled already.");
        }

        // Part of this transaction; their own events and rules come with them.
        await (options.OnLeak == KeyInspectionOptions.Revoke
            ? mediator.Send(new RevokeApiKey(key.Id, "leaked"), cancellationToken)
            : mediator.Send(new DisableApiKey(key.Id), cancellationToken));
        return (options.OnLeak == KeyInspectionOptions.Revoke ? "revoked" : "disabled", null);
    }
}
