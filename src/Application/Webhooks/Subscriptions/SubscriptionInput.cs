using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DataHub.Application.Abstractions;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Subscriptions;
using FluentValidation;
using FluentValidation.Results;

namespace DataHub.Application.Webhooks.Subscriptions;

/// <summary>What creating and replacing a subscription take.</summary>
/// <param name="Definition">What may be shown; its <c>HeaderNames</c> follow from <paramref name="Headers"/>.</param>
/// <param name="Headers">Additional headers by name; a null value keeps the one that is stored, as long as the host stays the same.</param>
/// <param name="Credential">Password, token, client secret or private key of the sign-in; null keeps the one that is stored, on the same condition.</param>
public sealed record SubscriptionInput(SubscriptionDefinition Definition, IReadOnlyDictionary<string, ClearSecret?> Headers, ClearSecret? Credential)
{
    /// <summary>The definition with the names of the headers.</summary>
    public SubscriptionDefinition Complete() => Definition with { HeaderNames = [.. Headers.Keys], SignIn = Definition.SignIn ?? new EndpointSignIn() };

    /// <summary>What is to be sealed: what was given, and what may be kept of what is stored.</summary>
    /// <param name="stored">What is stored; null for a new subscription.</param>
    /// <param name="before">How it was defined; null for a new subscription.</param>
    /// <exception cref="DomainException">Something has to be given, because there is nothing to keep or it was given for another place.</exception>
    public SubscriptionConfidential Resolve(SubscriptionConfidential? stored, SubscriptionDefinition? before)
    {
        // A secret that followed a changed URL could be read by whoever may change the URL.
        var sameHost = before is not null && before.Origin == Definition.Origin;
        var faults = new List<DomainFault>();
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in Headers)
        {
            if (value is { } given)
            {
                headers[name] = given.Reveal();
            }
            else if (sameHost && stored!.Headers.FirstOrDefault(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)) is { Key: not null } kept)
            {
                headers[name] = kept.Value;
            }
            else
            {
                faults.Add(new DomainFault(DomainFault.Below("/headers", name), "required", "Give the value; one that is stored is kept only as long as the URL's host stays the same."));
            }
        }

        var signIn = Definition.SignIn ?? new EndpointSignIn();
        string? credential = null;
        if (signIn.Kind != EndpointSignInKind.None)
        {
            credential = Credential?.Reveal() ?? (sameHost && before!.SignIn is { } old && old with { Scope = null } == signIn with { Scope = null } ? stored!.Credential : null);
            if (credential is null)
            {
                faults.Add(new DomainFault("/authentication/secret", "required", "Give the secret (password, token, client secret or private key); a stored one is kept only as long as host and identity stay the same."));
            }
            else if (signIn.Kind == EndpointSignInKind.MutualTls && !IsPair(signIn.Certificate!, credential))
            {
                faults.Add(new DomainFault("/authentication/certificate", "invalid", "Certificate and private key are PEM, without a password, and belong together."));
            }
        }

        return faults.Count == 0 ? new SubscriptionConfidential(headers, credential) : throw new DomainException(SubscriptionErrors.Invalid, faults);
    }

    // Told now, and not by every delivery that cannot be sent.
    private static bool IsPair(string certificate, string key)
    {
        try
        {
            using var pair = X509Certificate2.CreateFromPem(certificate, key);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}

/// <summary>The commands that carry such an input.</summary>
public interface ISubscriptionFields
{
    /// <summary>What is set.</summary>
    SubscriptionInput Input { get; }
}

internal abstract class SubscriptionFieldsValidator<T> : AbstractValidator<T> where T : ISubscriptionFields
{
    private const int MaxCredentialLength = 16 * 1024;

    protected SubscriptionFieldsValidator(SubscriptionsOptions options, TimeProvider clock) =>
        RuleFor(c => c.Input).Custom((input, context) =>
        {
            foreach (var fault in input.Complete().Check(options.AllowHttp).Concat(EndpointHeaders.Check([.. input.Headers.Select(h => KeyValuePair.Create(h.Key, h.Value?.Reveal()))])))
            {
                context.AddFailure(new ValidationFailure(fault.Pointer, fault.Message) { ErrorCode = fault.Code });
            }

            foreach (var fault in ClientCertificate.Check(input.Definition.SignIn, input.Credential?.Reveal(), clock.GetUtcNow()))
            {
                context.AddFailure(new ValidationFailure(fault.Pointer, fault.Message) { ErrorCode = fault.Code });
            }

            if (input.Credential is not { } credential)
            {
                return;
            }

            var text = credential.Reveal();
            var pem = input.Definition.SignIn?.Kind == EndpointSignInKind.MutualTls;
            var bearer = input.Definition.SignIn?.Kind == EndpointSignInKind.Bearer;
            if (input.Definition.SignIn is null or { Kind: EndpointSignInKind.None })
            {
                context.AddFailure(new ValidationFailure("/authentication/secret", "A secret makes sense with another kind than 'none' only.") { ErrorCode = "exclusive" });
            }
            else if (text.Length is 0 or > MaxCredentialLength || (!pem && text.Any(char.IsControl)) || (pem && !text.Contains("-----BEGIN", StringComparison.Ordinal)))
            {
                context.AddFailure(new ValidationFailure("/authentication/secret", $"A secret has 1 to {MaxCredentialLength} characters without control characters; a private key is PEM.") { ErrorCode = "invalid" });
            }
            else if (bearer && text.Any(c => c is <= ' ' or > '~'))
            {
                context.AddFailure(new ValidationFailure("/authentication/secret", "A token is visible ASCII without spaces; a header carries nothing else.") { ErrorCode = "invalid" });
            }
        });
}
