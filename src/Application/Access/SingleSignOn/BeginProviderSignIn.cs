using System.Buffers.Text;
using DataHub.Application.Abstractions;
using MediatR;

namespace DataHub.Application.Access.SingleSignOn;

/// <summary>Begins signing in at an identity provider.</summary>
/// <param name="Provider">Name of the provider.</param>
public sealed record BeginProviderSignIn(string Provider) : IQuery<BegunSignIn>;

/// <summary>Where the browser goes, and what it has to keep meanwhile.</summary>
/// <param name="Url">The provider's page.</param>
/// <param name="Challenge">What the browser keeps.</param>
public sealed record BegunSignIn(Uri Url, SsoChallenge Challenge);

internal sealed class BeginProviderSignInHandler(ISsoProviders providers, IRandomSource random) : IRequestHandler<BeginProviderSignIn, BegunSignIn>
{
    private const int EntropyLength = 32;

    public async Task<BegunSignIn> Handle(BeginProviderSignIn request, CancellationToken cancellationToken)
    {
        var challenge = new SsoChallenge(NewText(), NewText(), NewText());
        return new BegunSignIn(await providers.AuthorizeAsync(request.Provider, challenge, cancellationToken), challenge);
    }

    // 43 characters: also the least that a verifier may have (RFC 7636 §4.1).
    private string NewText()
    {
        Span<byte> entropy = stackalloc byte[EntropyLength];
        random.Fill(entropy);
        return Base64Url.EncodeToString(entropy);
    }
}
