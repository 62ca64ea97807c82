using System.Collections.Frozen;
using DataHub.Domain.SharedKernel;

namespace DataHub.Gateway.Api.Errors;

/// <summary>The status and title of every error code; the one place where a code becomes a status.</summary>
internal static class ProblemCatalogue
{
    /// <summary>Where the explanation of a code stands: the type URI of a problem (RFC 9457 §3.1.1) without the code.</summary>
    public const string TypePrefix = "urn:datahub:error:";

    private static readonly FrozenDictionary<string, (int Status, string Title)> Entries = new Dictionary<string, (int, string)>
    {
        [ErrorCodes.ValidationFailed] = (400, "The request is not valid."),
        [ErrorCodes.MalformedJson] = (400, "The body is not valid JSON."),
        [ErrorCodes.UnknownField] = (400, "The body has a field that is not known."),
        [ErrorCodes.InvalidQuery] = (400, "A query parameter is not valid."),
        [ErrorCodes.CursorMismatch] = (400, "The cursor belongs to another list."),
        [ErrorCodes.ConfigInvalid] = (400, "The configuration is not valid."),
        [ErrorCodes.ApiKeyMissing] = (401, "An API key is needed."),
        [ErrorCodes.ApiKeyMalformed] = (401, "The API key is malformed."),
        [ErrorCodes.ApiKeyInvalid] = (401, "The API key is not valid."),
        [ErrorCodes.ApiKeyExpired] = (401, "The API key has expired."),
        [ErrorCodes.ApiKeyRevoked] = (401, "The API key was revoked."),
        [ErrorCodes.ApiKeyDisabled] = (401, "The API key is disabled."),
        [ErrorCodes.TokenMissing] = (401, "A token is needed."),
        [ErrorCodes.TokenInvalid] = (401, "The token is not valid."),
        [ErrorCodes.TokenExpired] = (401, "The token has expired."),
        [ErrorCodes.SetupTokenInvalid] = (401, "The setup token is not valid."),
        [ErrorCodes.LoginFailed] = (401, "Signing in failed."),
        [ErrorCodes.SecondFactorRequired] = (401, "A code of the second factor is needed."),
        [ErrorCodes.RefreshReused] = (401, "The refresh token was used before."),
        [ErrorCodes.SessionEnded] = (401, "The session has ended."),
        [ErrorCodes.LinkInvalid] = (401, "The link does not work."),
        [ErrorCodes.SsoFailed] = (401, "Single sign-on failed."),
        [ErrorCodes.InsufficientScope] = (403, "A scope is missing."),
        [ErrorCodes.InsufficientClaims] = (403, "The token's claims do not allow this."),
        [ErrorCodes.InsufficientPermission] = (403, "A permission is missing."),
        [ErrorCodes.CsrfRefused] = (403, "The request may come from another site."),
        [ErrorCodes.SsoNotAllowed] = (403, "This person may not sign in here."),
        [ErrorCodes.IpNotAllowed] = (403, "The address is not allowed."),
        [ErrorCodes.ConsumerSuspended] = (403, "The consumer is suspended."),
        [ErrorCodes.RegistrationClosed] = (403, "Nobody can sign up here."),
        [ErrorCodes.RegistrationRejected] = (403, "The registration was rejected."),
        [ErrorCodes.InvitationInvalid] = (403, "The invitation code is not valid."),
        [ErrorCodes.NotFound] = (404, "Not found."),
        [ErrorCodes.RouteNotFound] = (404, "No route takes this request."),
        [ErrorCodes.MethodNotAllowed] = (405, "The method is not allowed here."),
        [ErrorCodes.PayloadTooLarge] = (413, "The request is too large."),
        [ErrorCodes.UnsupportedMediaType] = (415, "The media type is not supported."),
        [ErrorCodes.Conflict] = (409, "The request conflicts with the state of the resource."),
        [ErrorCodes.NameTaken] = (409, "The name is taken."),
        [ErrorCodes.InUse] = (409, "The resource is in use."),
        [ErrorCodes.AlreadyRevoked] = (409, "The API key was revoked already."),
        [ErrorCodes.SetupCompleted] = (409, "Setup was completed already."),
        [ErrorCodes.RouteConflict] = (409, "Another route takes the same requests."),
        [ErrorCodes.IdempotencyInProgress] = (409, "A request with this idempotency key is in progress."),
        [ErrorCodes.IdempotencyAnswerLost] = (409, "The request with this idempotency key was carried out, and its answer was lost."),
        [ErrorCodes.EtagMismatch] = (412, "The resource has changed."),
        [ErrorCodes.IdempotencyKeyReused] = (422, "The idempotency key was used with another request."),
        [ErrorCodes.IfMatchRequired] = (428, "If-Match is required."),
        [ErrorCodes.RateLimitExceeded] = (429, "Rate limit exceeded."),
        [ErrorCodes.LoginThrottled] = (429, "Too many failed sign-ins."),
        [ErrorCodes.ClientClosedRequest] = (499, "The caller went away."),
        [ErrorCodes.InternalError] = (500, "Internal error."),
        [ErrorCodes.UpstreamConnectFailed] = (502, "The upstream could not be reached."),
        [ErrorCodes.UpstreamInvalidResponse] = (502, "The upstream's answer was not valid."),
        [ErrorCodes.NoHealthyUpstream] = (503, "No destination of the upstream is available."),
        [ErrorCodes.Overloaded] = (503, "The gateway is overloaded."),
        [ErrorCodes.NotReady] = (503, "The gateway is not ready."),
        [ErrorCodes.StoreUnavailable] = (503, "A store is unavailable."),
        [ErrorCodes.IdentityProviderUnavailable] = (503, "The identity provider is unavailable."),
        [ErrorCodes.UpstreamTimeout] = (504, "The upstream did not answer in time."),
        [ErrorCodes.LoopDetected] = (508, "The request goes round in a circle."),
    }.ToFrozenDictionary();

    /// <summary>All codes with status and title.</summary>
    public static IReadOnlyDictionary<string, (int Status, string Title)> All => Entries;

    /// <summary>The status of a code.</summary>
    /// <param name="code">One of <see cref="ErrorCodes"/>.</param>
    public static int StatusOf(string code) => Entries[code].Status;

    /// <summary>The title of a code.</summary>
    /// <param name="code">One of <see cref="ErrorCodes"/>.</param>
    public static string TitleOf(string code) => Entries[code].Title;
}
