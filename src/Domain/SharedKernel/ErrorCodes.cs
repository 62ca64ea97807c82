namespace DataHub.Domain.SharedKernel;

/// <summary>Every code that a DataHub problem can carry. A code is never renamed; each is explained in <c>docs/errors.md</c>.</summary>
public static class ErrorCodes
{
#pragma warning disable CS1591 // The name is the code; docs/errors.md holds one section for each.
    public const string ValidationFailed = "validation_failed";
    public const string MalformedJson = "malformed_json";
    public const string UnknownField = "unknown_field";
    public const string InvalidQuery = "invalid_query";
    public const string CursorMismatch = "cursor_mismatch";
    public const string ConfigInvalid = "config_invalid";

    public const string ApiKeyMissing = "api_key_missing";
    public const string ApiKeyMalformed = "api_key_malformed";
    public const string ApiKeyInvalid = "api_key_invalid";
    public const string ApiKeyExpired = "api_key_expired";
    public const string ApiKeyRevoked = "api_key_revoked";
    public const string ApiKeyDisabled = "api_key_disabled";
    public const string TokenMissing = "token_missing";
    public const string TokenInvalid = "token_invalid";
    public const string TokenExpired = "token_expired";
    public const string SetupTokenInvalid = "setup_token_invalid";

    public const string LoginFailed = "login_failed";
    public const string SecondFactorRequired = "second_factor_required";
    public const string RefreshReused = "refresh_reused";
    public const string SessionEnded = "session_ended";
    public const string LinkInvalid = "link_invalid";
    public const string SsoFailed = "sso_failed";
    public const string InsufficientScope = "insufficient_scope";
    public const string InsufficientClaims = "insufficient_claims";
    public const string InsufficientPermission = "insufficient_permission";
    public const string CsrfRefused = "csrf_refused";
    public const string SsoNotAllowed = "sso_not_allowed";
    public const string IpNotAllowed = "ip_not_allowed";
    public const string ConsumerSuspended = "consumer_suspended";
    public const string RegistrationClosed = "registration_closed";
    public const string RegistrationRejected = "registration_rejected";
    public const string InvitationInvalid = "invitation_invalid";

    public const string NotFound = "not_found";
    public const string RouteNotFound = "route_not_found";
    public const string MethodNotAllowed = "method_not_allowed";
    public const string PayloadTooLarge = "payload_too_large";
    public const string UnsupportedMediaType = "unsupported_media_type";

    public const string Conflict = "conflict";
    public const string NameTaken = "name_taken";
    public const string InUse = "in_use";
    public const string AlreadyRevoked = "already_revoked";
    public const string SetupCompleted = "setup_completed";
    public const string RouteConflict = "route_conflict";
    public const string IdempotencyInProgress = "idempotency_in_progress";

    /// <summary>409: the request was carried out, and its answer was lost.</summary>
    public const string IdempotencyAnswerLost = "idempotency_answer_lost";

    public const string EtagMismatch = "etag_mismatch";
    public const string IdempotencyKeyReused = "idempotency_key_reused";
    public const string IfMatchRequired = "if_match_required";

    public const string RateLimitExceeded = "rate_limit_exceeded";

    public const string LoginThrottled = "login_throttled";
    public const string InternalError = "internal_error";
    public const string UpstreamConnectFailed = "upstream_connect_failed";
    public const string UpstreamInvalidResponse = "upstream_invalid_response";
    public const string NoHealthyUpstream = "no_healthy_upstream";
    public const string Overloaded = "overloaded";
    public const string NotReady = "not_ready";
    public const string StoreUnavailable = "store_unavailable";
    public const string IdentityProviderUnavailable = "identity_provider_unavailable";
    public const string UpstreamTimeout = "upstream_timeout";
    public const string LoopDetected = "loop_detected";

    /// <summary>In logs only: the caller went away before the answer was complete.</summary>
    public const string ClientClosedRequest = "client_closed_request";
#pragma warning restore CS1591
}
