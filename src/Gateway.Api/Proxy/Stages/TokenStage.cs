using DataHub.Application.Access.Contracts;
using DataHub.Application.Access.Tokens;
using DataHub.Application.Traffic.Contracts;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Errors;
using DataHub.Gateway.Api.Proxy.Edge;

namespace DataHub.Gateway.Api.Proxy.Stages;

/// <summary>Stage 4, for routes that take tokens of identity providers. A token that was verified before costs no wait.</summary>
internal sealed class TokenStage(RequestDelegate next, ITokenDirectory tokens, IFailedAuthenticationGuard failures)
{
    private const string Realm = "Bearer realm=\"datahub\"";

    /// <summary>Runs the stage.</summary>
    /// <param name="context">The request.</param>
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Features.Get<GatewayRequest>()!;
        if (request.Route!.Tokens is not { } wanted || (request.Caller is not null && !wanted.BesideKey))
        {
            return next(context);
        }

        var sent = context.Request.Headers.Authorization;
        if (sent.Count == 0)
        {
            var or = wanted.KeyWillDo ? ", or an API key in the header X-API-Key" : "";
            return RefuseAsync(context, request, ErrorCodes.TokenMissing, $"Send a token as Authorization: Bearer{or}.");
        }

        // Two tokens: refused rather than one of them chosen.
        if (sent is not [{ } only] || !Credentials.TryGetBearer(only, out var token) || token.IsEmpty)
        {
            failures.RecordFailure(request.ClientAddress);
            return RefuseAsync(context, request, ErrorCodes.TokenInvalid, "Send one token as Authorization: Bearer.");
        }

        if (tokens.TryFindCached(token, wanted, request.Record.At, out var lookup) && (lookup.Status == TokenStatus.Valid || !request.AddressBlocked))
        {
            return DecideAsync(context, request, wanted, lookup);
        }

        return request.AddressBlocked ? AuthenticationStage.RefuseBlockedAsync(context, request) : FindAsync(context, request, wanted, token.ToString());
    }

    private async Task FindAsync(HttpContext context, GatewayRequest request, TokenRequirement wanted, string token) =>
        await DecideAsync(context, request, wanted, await tokens.FindAsync(token, wanted, context.RequestAborted));

    private Task DecideAsync(HttpContext context, GatewayRequest request, TokenRequirement wanted, in TokenLookup lookup)
    {
        // Beside a key the record tells of the key.
        request.Record.KeySource ??= lookup.Source;
        switch (lookup.Status)
        {
            case TokenStatus.Invalid:
                failures.RecordFailure(request.ClientAddress);
                return RefuseAsync(context, request, ErrorCodes.TokenInvalid, lookup.Reason!);
            case TokenStatus.Expired:
                // Every client's token ends some time: no sign of guessing.
                return RefuseAsync(context, request, ErrorCodes.TokenExpired, lookup.Reason!);
            case TokenStatus.Unavailable:
                return context.RefuseAsync(request, new Problem(ErrorCodes.StoreUnavailable, lookup.Reason!) { RetryAfterSeconds = 2 });
        }

        var caller = lookup.Caller!;
        if (!TrafficTenant.Admits(context, request, caller.TenantId) || (request.Caller is { } key && key.TenantId != caller.TenantId))
        {
            return RefuseAsync(context, request, ErrorCodes.TokenInvalid, "The token is not of an issuer that is accepted here.");
        }

        request.Record.TenantId = caller.TenantId.Value;
        request.Record.ConsumerId ??= caller.Consumer?.Id.Value;
        request.Record.IssuerId = caller.IssuerId.Value;
        request.Record.Subject = caller.Subject;
        var admission = TokenAdmissionPolicy.Decide(caller, wanted);
        if (!admission.Allowed)
        {
            return RefuseAsync(context, request, admission.Code!, DetailOf(admission));
        }

        request.Token = caller;
        return next(context);
    }

    private static string DetailOf(TokenAdmission admission) => admission switch
    {
        { Code: ErrorCodes.ConsumerSuspended } => "The consumer that this token names is suspended.",
        { Claim: { } claim } => $"The token's claim '{claim}' is not what this route asks for.",
        _ => "The token names no consumer of this gateway.",
    };

    // RFC 6750 §3: no error for a caller that sent nothing.
    private static Task RefuseAsync(HttpContext context, GatewayRequest request, string code, string detail)
    {
        context.Response.Headers.WWWAuthenticate = code switch
        {
            ErrorCodes.TokenMissing => Realm,
            ErrorCodes.TokenInvalid => Realm + ", error=\"invalid_token\", error_description=\"The token is not valid\"",
            ErrorCodes.TokenExpired => Realm + ", error=\"invalid_token\", error_description=\"The token has expired\"",
            _ => Realm + ", error=\"insufficient_scope\"",
        };
        return context.RefuseAsync(request, new Problem(code, detail));
    }
}
