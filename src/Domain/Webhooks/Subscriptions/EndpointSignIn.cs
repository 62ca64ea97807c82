namespace DataHub.Domain.Webhooks.Subscriptions;

/// <summary>How the gateway signs in at an endpoint, beyond the signature.</summary>
public enum EndpointSignInKind
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>Name and password (RFC 7617).</summary>
    Basic = 1,

    /// <summary>A token (RFC 6750).</summary>
    Bearer = 2,

    /// <summary>OAuth 2.0 client credentials (RFC 6749 §4.4).</summary>
    ClientCredentials = 3,

    /// <summary>A certificate of the gateway's.</summary>
    MutualTls = 4,
}

/// <summary>The part of an endpoint's authentication that may be shown; its secret is sealed beside it.</summary>
/// <param name="Kind">What kind.</param>
/// <param name="User">The name; for <c>basic</c> only.</param>
/// <param name="TokenUrl">The token endpoint; for <c>client-credentials</c> only.</param>
/// <param name="ClientId">The client; for <c>client-credentials</c> only.</param>
/// <param name="Scope">Space-separated scopes to ask for; for <c>client-credentials</c> only.</param>
/// <param name="Certificate">Certificate and chain in PEM; for <c>mutual-tls</c> only.</param>
public sealed record EndpointSignIn(
    EndpointSignInKind Kind = EndpointSignInKind.None, string? User = null, string? TokenUrl = null, string? ClientId = null, string? Scope = null, string? Certificate = null);
