using DataHub.Domain.Access.Metadata;
using DataHub.Domain.Access.Scopes;
using DataHub.Domain.Traffic.RateLimits;
using DataHub.Domain.SharedKernel;
using FluentValidation;

namespace DataHub.Application.Access;

/// <summary>The rules that fields of consumers and keys share.</summary>
internal static class FieldRules
{
    public static IRuleBuilderOptions<T, string> IsName<T>(this IRuleBuilder<T, string> rule, int maxLength) =>
        rule.Must(name => name is { Length: > 0 } && name.Length <= maxLength && name.Trim().Length == name.Length && !name.Any(char.IsControl))
            .WithErrorCode("invalid_name")
            .WithMessage($"A name has 1 to {maxLength} characters, no space at its ends and no control character.");

    public static IRuleBuilderOptions<T, string?> IsReason<T>(this IRuleBuilder<T, string?> rule, int maxLength) =>
        rule.Must(text => text is null || (text.Length <= maxLength && !text.Any(char.IsControl)))
            .WithErrorCode("too_long")
            .WithMessage($"At most {maxLength} characters, none of them a control character.");

    public static IRuleBuilderOptions<T, string> IsScope<T>(this IRuleBuilder<T, string> rule) =>
        rule.Must(Scope.IsGrant).WithErrorCode("invalid_scope")
            .WithMessage("A scope is resource:action, resource:*, *:action or *, in lower-case letters, digits, '.', '_' and '-'.");

    public static IRuleBuilderOptions<T, string?> IsTierId<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(id => id is null || EntityId.TryParse<RateLimitTierId>(id, out _))
            .WithErrorCode("invalid_id")
            .WithMessage("A tier id looks like tier_ and 26 characters; leave it out for the default.");

    public static IRuleBuilderOptionsConditions<T, IReadOnlyDictionary<string, string>> IsMetadata<T>(
        this IRuleBuilder<T, IReadOnlyDictionary<string, string>> rule) =>
        rule.Custom((metadata, context) =>
        {
            if (MetadataRules.Violation(metadata) is { } violation)
            {
                context.AddFailure(new FluentValidation.Results.ValidationFailure(context.PropertyPath, violation) { ErrorCode = "invalid_metadata" });
            }
        });

    public static RateLimitTierId? ToTierId(string? text) => EntityId.TryParse<RateLimitTierId>(text, out var id) ? id : null;

    // PostgreSQL keeps microseconds and the API prints milliseconds: what is kept is what is shown.
    public static DateTimeOffset? ToMilliseconds(DateTimeOffset? instant) =>
        instant is { } at ? new DateTimeOffset(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero) : null;
}
