using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Tokens;
using FluentValidation;
using FluentValidation.Results;

namespace DataHub.Application.Access.Tokens;

/// <summary>The fields that creating and replacing an issuer have in common.</summary>
public interface IIssuerFields
{
    /// <summary>What is set.</summary>
    IssuerDefinition Definition { get; }

    /// <summary>The client secret; null for none, or for the one that is stored.</summary>
    ClearSecret? ClientSecret { get; }
}

internal abstract class IssuerFieldsValidator<T> : AbstractValidator<T> where T : IIssuerFields
{
    protected IssuerFieldsValidator()
    {
        RuleFor(c => c.Definition).Custom((definition, context) =>
        {
            foreach (var fault in definition.Check())
            {
                context.AddFailure(new ValidationFailure(fault.Pointer, fault.Message) { ErrorCode = fault.Code });
            }
        });
        RuleFor(c => c.ClientSecret)
            .Must(s => s is not { } secret || secret.Reveal() is { Length: > 0 and <= IssuerDefinition.MaxSecretLength })
            .OverridePropertyName("clientSecret").WithErrorCode("invalid").WithMessage($"A client secret has 1 to {IssuerDefinition.MaxSecretLength} characters.");
    }
}
