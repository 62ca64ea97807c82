using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Subscriptions;

namespace DataHub.Application.Webhooks.Contracts;

/// <summary>A subscription as the engine needs it: immutable, decrypted, one version of it. Prints no secret.</summary>
public sealed record SubscriptionTarget
{
    /// <summary>Which one.</summary>
    public required SubscriptionId Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required TenantId Tenant { get; init; }

    /// <summary>Rises with every change.</summary>
    public required long Version { get; init; }

    /// <summary>Where to; https, or http where the operator allows it. Without userinfo and fragment.</summary>
    public required Uri Url { get; init; }

    /// <summary>Types and wildcards: <c>order.created</c>, <c>order.*</c>, <c>*</c>.</summary>
    public required IReadOnlyList<string> EventTypes { get; init; }

    /// <summary>False while it is disabled or <see cref="Sealed"/>: its deliveries are held.</summary>
    public required bool Enabled { get; init; }

    /// <summary>UTC instant since when it is disabled; null while it is not.</summary>
    public DateTimeOffset? DisabledAt { get; init; }

    /// <summary>True while this node cannot open its current secret, or its headers and credential: the key of the installation that sealed them is not there.</summary>
    public bool Sealed { get; init; }

    /// <summary>Whether its URL has answered 2xx before.</summary>
    public bool Verified { get; init; }

    /// <summary>Additional headers, checked when they were set.</summary>
    public IReadOnlyList<KeyValuePair<string, ClearText>> Headers { get; init; } = [];

    /// <summary>How the gateway proves who it is, beyond the signature.</summary>
    public EndpointAuthentication Authentication { get; init; } = EndpointAuthentication.None;

    /// <summary>For a whole attempt. 1 to 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Most attempts at once, over all nodes. 1 to 100.</summary>
    public int MaxConcurrency { get; init; } = 10;

    /// <summary>Most attempts a second; null: no bound.</summary>
    public double? RatePerSecond { get; init; }

    /// <summary>Waits before each attempt, the first included; as many attempts as entries. Null: the default schedule.</summary>
    public IReadOnlyList<TimeSpan>? Schedule { get; init; }

    /// <summary>In what order.</summary>
    public DeliveryOrder Order { get; init; }

    /// <summary>False: failures never disable it.</summary>
    public bool AutoDisable { get; init; } = true;

    /// <summary>Secrets that sign, newest first, each with the instant its overlap ends (null: none). The sender leaves out those that have ended.</summary>
    public required IReadOnlyList<SigningSecret> Secrets { get; init; }
}

/// <summary>A text that must not be shown.</summary>
/// <param name="Value">The text.</param>
public readonly record struct ClearText(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => "[secret]";
}

/// <summary>One secret of a subscription.</summary>
/// <param name="Key">The bytes behind <c>whsec_</c>; 24 to 64.</param>
/// <param name="ValidUntil">UTC instant of its end; null while it is the current one.</param>
public sealed record SigningSecret(ReadOnlyMemory<byte> Key, DateTimeOffset? ValidUntil)
{
    /// <inheritdoc/>
    public override string ToString() => "[secret]";
}

/// <summary>How the gateway signs in at an endpoint.</summary>
public abstract record EndpointAuthentication
{
    /// <summary>Not at all.</summary>
    public static readonly EndpointAuthentication None = new NoAuthentication();

    /// <summary>By the signature only.</summary>
    public sealed record NoAuthentication : EndpointAuthentication;

    /// <summary>RFC 7617.</summary>
    /// <param name="User">The name.</param>
    /// <param name="Password">The password.</param>
    public sealed record Basic(string User, ClearText Password) : EndpointAuthentication;

    /// <summary>RFC 6750.</summary>
    /// <param name="Token">The token.</param>
    public sealed record Bearer(ClearText Token) : EndpointAuthentication;

    /// <summary>RFC 6749 §4.4; the token is kept until shortly before its end.</summary>
    /// <param name="TokenUrl">The token endpoint; behind the same guard.</param>
    /// <param name="ClientId">The client.</param>
    /// <param name="ClientSecret">Its secret.</param>
    /// <param name="Scope">Space-separated scopes; null: none asked for.</param>
    public sealed record ClientCredentials(Uri TokenUrl, string ClientId, ClearText ClientSecret, string? Scope) : EndpointAuthentication;

    /// <summary>A certificate of the gateway's.</summary>
    /// <param name="CertificatePem">Certificate and chain.</param>
    /// <param name="KeyPem">PKCS #8.</param>
    public sealed record MutualTls(string CertificatePem, ClearText KeyPem) : EndpointAuthentication;
}
