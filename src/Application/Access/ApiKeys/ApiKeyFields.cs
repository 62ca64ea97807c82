using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Scopes;
using FluentValidation;
using FluentValidation.Results;

namespace DataHub.Application.Access.ApiKeys;

/// <summary>The fields that issuing and replacing a key have in common.</summary>
public interface IApiKeyFields
{
    /// <summary>The name.</summary>
    string Name { get; }

    /// <summary>Granted scopes.</summary>
    IReadOnlyList<string> Scopes { get; }

    /// <summary>Printed id of the key's own tier; null for the consumer's.</summary>
    string? TierId { get; }

    /// <summary>Networks it may be used from; empty for any.</summary>
    IReadOnlyList<string> AllowedIps { get; }

    /// <summary>Instant from which it is refused; null for never.</summary>
    DateTimeOffset? ExpiresAt { get; }

    /// <summary>Free pairs.</summary>
    IReadOnlyDictionary<string, string> Metadata { get; }
}

internal static class ApiKeyFieldsMapping
{
    public static ApiKeySettings ToSettings(this IApiKeyFields fields) => new(
        fields.Name,
        fields.Scopes,
        FieldRules.ToTierId(fields.TierId),
        [.. fields.AllowedIps.Select(text => IpRange.TryParse(text, out var range) is null ? range! : throw new InvalidOperationException("Not validated."))],
        FieldRules.ToMilliseconds(fields.ExpiresAt),
        fields.Metadata);
}

internal abstract class ApiKeyFieldsValidator<T> : AbstractValidator<T> where T : IApiKeyFields
{
    protected ApiKeyFieldsValidator()
    {
        RuleFor(c => c.Name).IsName(ApiKey.MaxNameLength);
        RuleFor(c => c.TierId).IsTierId();
        RuleFor(c => c.Metadata).IsMetadata();
        RuleFor(c => c.Scopes).Must(scopes => scopes.Count <= Scope.MaxPerKey).WithErrorCode("too_many").WithMessage($"A key has at most {Scope.MaxPerKey} scopes.");
        RuleForEach(c => c.Scopes).Must(Scope.IsGrant).WithErrorCode("invalid_scope")
            .WithMessage("A scope is resource:action, resource:* or *, in lower-case letters, digits, '.', '_' and '-'.");
        RuleFor(c => c.AllowedIps).Must(ips => ips.Count <= ApiKey.MaxAllowedIps).WithErrorCode("too_many").WithMessage($"A key has at most {ApiKey.MaxAllowedIps} networks.");
        RuleForEach(c => c.AllowedIps).Custom((text, context) =>
        {
            if (IpRange.TryParse(text, out _) is { } mistake)
            {
                context.AddFailure(new ValidationFailure(context.PropertyPath, mistake) { ErrorCode = "invalid_ip_range" });
            }
        });
    }
}
