using System.Collections.Concurrent;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Access.Tokens.Verification;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Access.Tokens;

/// <summary>The token directory: memory first; then a signature, or a question to the issuer.</summary>
internal sealed partial class TokenDirectory(
    IssuerRing issuers, TokenCache cache, IConsumerDirectory consumers, TimeProvider clock, IOptions<TokensOptions> options, ILogger<TokenDirectory> logger)
    : ITokenDirectory
{
    private const string Cached = "token:cached";
    private const string Verified = "token:verified";
    private const string Introspected = "token:introspected";

    private static readonly TokenLookup TooLong = new(TokenStatus.Invalid, null, "The token is longer than any that is accepted.", Verified);
    private static readonly TokenLookup WrongIssuer = new(TokenStatus.Invalid, null, "The token is not of an issuer that is accepted here.", Verified);
    private static readonly TokenLookup NotAToken = new(TokenStatus.Invalid, null, "What was sent is not a token.", Verified);
    private static readonly TokenLookup Unavailable = new(TokenStatus.Unavailable, null, "The token cannot be checked at the moment; try again shortly.", Verified);

    private readonly TokensOptions _options = options.Value;
    private readonly ConcurrentDictionary<TokenKey, Task<TokenLookup>> _questions = new();

    public bool TryFindCached(ReadOnlySpan<char> token, TokenRequirement requirement, DateTimeOffset now, out TokenLookup lookup)
    {
        if (token.Length > _options.MaxLength)
        {
            lookup = TooLong;
            return true;
        }

        var digest = TokenCache.DigestOf(token);
        foreach (var issuer in requirement.Issuers)
        {
            if (!cache.TryGet(new TokenKey(digest, issuer), out var entry))
            {
                continue;
            }

            if (now.UtcTicks < entry.TrustedUntil)
            {
                lookup = entry.Caller is { } caller
                    ? new TokenLookup(TokenStatus.Valid, caller, null, Cached)
                    : new TokenLookup(TokenStatus.Invalid, null, entry.Refusal, Cached);

                // An inactive token may be another issuer's active one.
                if (entry.Caller is not null || requirement.Issuers.Length == 1)
                {
                    return true;
                }
            }
            else if (entry.Caller is { } ended && now >= ended.ExpiresAt)
            {
                lookup = new TokenLookup(TokenStatus.Expired, null, "The token has expired.", Cached);
                return true;
            }
        }

        lookup = default;
        return false;
    }

    public async ValueTask<TokenLookup> FindAsync(string token, TokenRequirement requirement, CancellationToken cancellationToken)
    {
        if (token.Length > _options.MaxLength)
        {
            return TooLong;
        }

        if (!HasTokenLetters(token))
        {
            return NotAToken;
        }

        try
        {
            return await CheckAsync(token, requirement, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Nobody comes in by a fault of ours, and nobody is told that the token was bad.
            LogFault(e);
            return Unavailable;
        }
    }

    private async Task<TokenLookup> CheckAsync(string token, TokenRequirement requirement, CancellationToken cancellationToken)
    {
        var current = issuers.Current;
        var digest = TokenCache.DigestOf(token);
        var mistake = CompactToken.Read(token, out var signed);
        TokenLookup? answer = null;
        var ofKeys = false;
        foreach (var id in requirement.Issuers)
        {
            if (!current.TryGetValue(id, out var issuer))
            {
                continue;
            }

            ofKeys |= issuer.Keys is not null;
            var found = issuer.Keys is not null
                ? signed?.Issuer == issuer.Terms.Definition.Issuer ? await VerifyAsync(issuer, signed, new TokenKey(digest, id), cancellationToken) : null
                : signed?.Issuer is null || signed.Issuer == issuer.Terms.Definition.Issuer ? await AskOnce(issuer, token, new TokenKey(digest, id)).WaitAsync(cancellationToken) : (TokenLookup?)null;
            if (found is { Status: TokenStatus.Valid })
            {
                return found.Value;
            }

            answer = Milder(answer, found);
        }

        return answer ?? (mistake is not null && ofKeys ? new TokenLookup(TokenStatus.Invalid, null, mistake, Verified) : WrongIssuer);
    }

    // Of several refusals the one that says most: an issuer that cannot be asked might have said yes; an expired token was good once.
    private static TokenLookup? Milder(TokenLookup? one, TokenLookup? other) =>
        one is null ? other : other is null || Weight(one.Value) >= Weight(other.Value) ? one : other;

    private static int Weight(TokenLookup lookup) => lookup.Status switch { TokenStatus.Unavailable => 2, TokenStatus.Expired => 1, _ => 0 };

    private async Task<TokenLookup?> VerifyAsync(IssuerUse issuer, CompactToken token, TokenKey key, CancellationToken cancellationToken)
    {
        // The algorithm before the keys: a token that could never be good does not make the gateway ask anybody.
        if (!issuer.Terms.Algorithms.Contains(token.Algorithm))
        {
            return Invalid("The token's algorithm is not accepted.");
        }

        if (await issuer.Keys!.CheckAsync(token, issuer.Terms).WaitAsync(cancellationToken) is not { Status: var status, Key: var verifiedBy })
        {
            return Unavailable;
        }

        if (status != SignatureStatus.Good)
        {
            return Invalid(status == SignatureStatus.UnknownKey ? "The token was signed with a key that its issuer does not have." : "The token's signature does not fit.");
        }

        var now = clock.GetUtcNow();
        var verdict = ClaimCheck.Decide(issuer.Terms, token.Payload, token.Claims, now);
        return verdict.Status == TokenStatus.Valid
            ? await AdmitAsync(issuer, verifiedBy, key, token.Claims, verdict.ExpiresAt, verdict.ExpiresAt, Verified, cancellationToken)
            : new TokenLookup(verdict.Status, null, verdict.Reason, Verified);
    }

    private async Task<TokenLookup> AdmitAsync(
        IssuerUse issuer, VerificationKey? verifiedBy, TokenKey key, TokenClaims claims, DateTimeOffset expiresAt, DateTimeOffset trustedUntil, string source, CancellationToken cancellationToken)
    {
        if (issuer.TenantOf(claims) is not { } tenant)
        {
            return Invalid("The token names no tenant of this gateway.");
        }

        ConsumerRecord? consumer = null;
        if (TokenMapping.ConsumerOf(issuer.Terms, claims) is { } name)
        {
            var found = await consumers.FindAsync(tenant, issuer.Terms.Definition.ConsumerMatch, name, cancellationToken);
            if (!found.Available)
            {
                return Unavailable;
            }

            consumer = found.Consumer;
        }

        var caller = TokenMapping.ToCaller(issuer.Terms, claims, tenant, consumer, expiresAt);

        // A consumer that does not exist yet may be made at any time: such a token is looked at again soon.
        var until = consumer is null && issuer.Terms.Definition.ConsumerClaim is not null ? Earlier(trustedUntil, clock.GetUtcNow() + NoConsumerFor) : trustedUntil;
        cache.Store(key, new TokenEntry(issuer, verifiedBy, caller, until.UtcTicks));
        return new TokenLookup(TokenStatus.Valid, caller, null, source);
    }

    // Whoever comes with a token that is being asked about waits for that answer, which outlives a caller that goes away.
    private Task<TokenLookup> AskOnce(IssuerUse issuer, string token, TokenKey key)
    {
        var mine = new TaskCompletionSource<TokenLookup>(TaskCreationOptions.RunContinuationsAsynchronously);
        var task = _questions.GetOrAdd(key, mine.Task);
        if (task == mine.Task)
        {
            _ = CompleteAsync(issuer, token, key, mine);
        }

        return task;
    }

    private async Task CompleteAsync(IssuerUse issuer, string token, TokenKey key, TaskCompletionSource<TokenLookup> result)
    {
        var lookup = Unavailable;
        try
        {
            lookup = await AskAsync(issuer, token, key);
        }
#pragma warning disable CA1031 // Those who wait for it get an answer: 503, never 500.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFault(e);
        }
        finally
        {
            _questions.TryRemove(key, out _);
            result.SetResult(lookup);
        }
    }

    private async Task<TokenLookup> AskAsync(IssuerUse issuer, string token, TokenKey key)
    {
        var answer = await issuer.Introspection!.AskAsync(token);
        if (!answer.Available)
        {
            return Unavailable;
        }

        var now = clock.GetUtcNow();
        if (!answer.Active)
        {
            return Refuse(issuer, key, null, now);
        }

        var verdict = ClaimCheck.Decide(issuer.Terms, answer.Payload, answer.Claims!, now);
        if (verdict.Status == TokenStatus.Invalid)
        {
            return Refuse(issuer, key, verdict.Reason, now);
        }

        return verdict.Status == TokenStatus.Valid
            ? await AdmitAsync(
                issuer, null, key, answer.Claims!, verdict.ExpiresAt, Earlier(verdict.ExpiresAt, now + TimeSpan.FromSeconds(_options.IntrospectionSeconds)), Introspected, CancellationToken.None)
            : new TokenLookup(verdict.Status, null, verdict.Reason, Introspected);
    }

    // Remembered for a moment, whatever the reason: nobody makes us ask about the same token again and again.
    private TokenLookup Refuse(IssuerUse issuer, TokenKey key, string? reason, DateTimeOffset now)
    {
        var entry = new TokenEntry(issuer, null, null, (now + TimeSpan.FromSeconds(_options.IntrospectionInactiveSeconds)).UtcTicks, reason);
        cache.Store(key, entry);
        return new TokenLookup(TokenStatus.Invalid, null, entry.Refusal, Introspected);
    }

    private static readonly TimeSpan NoConsumerFor = TimeSpan.FromSeconds(5);

    private static TokenLookup Invalid(string reason) => new(TokenStatus.Invalid, null, reason, Verified);

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    // The letters of RFC 6750 §2.1, and never a key of the gateway: that is not an identity provider's business.
    private static bool HasTokenLetters(string token) =>
        token.Length > 0 && !token.AsSpan().ContainsAnyExcept(TokenLetters) && !token.StartsWith("dh_", StringComparison.OrdinalIgnoreCase);

    private static readonly System.Buffers.SearchValues<char> TokenLetters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=");

    [LoggerMessage(2105, LogLevel.Error, "A token could not be checked.")]
    private partial void LogFault(Exception exception);
}
