using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Scopes;
using DataHub.Domain.Routing.Apis;
using DataHub.Domain.SharedKernel;
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

    /// <summary>When its secret is to be replaced; null for the tier's schedule, if it has one.</summary>
    RotationSchedule? Rotation { get; }

    /// <summary>Scopes on single APIs; null for none.</summary>
    IReadOnlyList<ApiPermissionFields>? ApiPermissions { get; }
}

/// <summary>Scopes on one API.</summary>
/// <param name="ApiId">Printed id of the API.</param>
/// <param name="Scopes">At least one.</param>
public sealed record ApiPermissionFields(string ApiId, IReadOnlyList<string> Scopes);

internal static class ApiKeyFieldsMapping
{
    public static ApiKeySettings ToSettings(this IApiKeyFields fields) => new(
        fields.Name,
        fields.Scopes,
        FieldRules.ToTierId(fields.TierId),
        [.. fields.AllowedIps.Select(text => IpRange.TryParse(text, out var range) is null ? range! : throw new InvalidOperationException("Not validated."))],
        FieldRules.ToMilliseconds(fields.ExpiresAt),
        fields.Metadata,
        fields.Rotation,
        [.. (fields.ApiPermissions ?? []).Select(p => new ApiGrant(EntityId.TryParse<ApiId>(p.ApiId, out var id) ? id : default, [.. p.Scopes.Distinct(StringComparer.Ordinal)]))]);
}

internal abstract class ApiKeyFieldsValidator<T> : AbstractValidator<T> where T : IApiKeyFields
{
    protected ApiKeyFieldsValidator()
    {
        RuleFor(c => c.Name).IsName(ApiKey.MaxNameLength);
        RuleFor(c => c.TierId).IsTierId();
        RuleFor(c => c.Metadata).IsMetadata();
        RuleFor(c => c.Scopes).Must(scopes => scopes.Count <= Scope.MaxPerKey).WithErrorCode("too_many").WithMessage($"A key has at most {Scope.MaxPerKey} scopes.");
        RuleForEach(c => c.Scopes).IsScope();
        RuleFor(c => c.Rotation!).Must(r => r.IsInRange()).When(c => c.Rotation is not null).WithErrorCode("out_of_range")
            .WithMessage($"A schedule has everyDays from 1 to {RotationSchedule.MaxDays} and graceSeconds from 0 to {ApiKey.MaxGrace.TotalSeconds}.");
        RuleFor(c => c.ApiPermissions!).Must(p => p.Count <= ApiGrant.MaxPerKey && p.DistinctBy(x => x.ApiId).Count() == p.Count).When(c => c.ApiPermissions is not null)
            .WithErrorCode("invalid_permissions").WithMessage($"At most {ApiGrant.MaxPerKey} APIs, each once.");
        RuleForEach(c => c.ApiPermissions!).ChildRules(permission =>
        {
            permission.RuleFor(p => p.ApiId).Must(id => EntityId.TryParse<ApiId>(id, out _)).WithErrorCode("invalid_id").WithMessage("An API id looks like api_ and 26 characters.");
            permission.RuleFor(p => p.Scopes).Must(scopes => scopes.Count is > 0 and <= Scope.MaxPerKey).WithErrorCode("invalid_scope").WithMessage($"1 to {Scope.MaxPerKey} scopes.");
            permission.RuleForEach(p => p.Scopes).IsScope();
        });
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
