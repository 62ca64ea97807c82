using System.Text.Json.Serialization;
using DataHub.Application.Abstractions;
using DataHub.Application.Access.ApiKeys;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Admin;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DataHub.Gateway.Api.Access.ApiKeys;

/// <summary>What verifying takes.</summary>
/// <param name="Secret">What the caller presented.</param>
/// <param name="RouteId">A route whose scopes are needed.</param>
/// <param name="ApiId">The API that is called; that of the route when left out.</param>
/// <param name="Scopes">Scopes that are needed.</param>
/// <param name="ScopeMatch"><c>all</c> (default) or <c>any</c> of <paramref name="Scopes"/>.</param>
/// <param name="ClientIp">Where the caller comes from, to check the key's networks; they are left out of it otherwise.</param>
/// <param name="Cost">Requests to charge to the key's limits, 0 to 10000, all or nothing; 0 (default) charges none.</param>
internal sealed record VerifyKeyBody(
    string Secret,
    string? RouteId = null,
    string? ApiId = null,
    IReadOnlyList<string>? Scopes = null,
    VerifyScopeMatch ScopeMatch = VerifyScopeMatch.All,
    string? ClientIp = null,
    int Cost = 0)
{
    /// <summary>Without the secret, so that nothing that prints a body prints it.</summary>
    public override string ToString() => $"VerifyKeyBody {{ RouteId = {RouteId} }}";
}

/// <summary>Whether all scopes are needed, or one.</summary>
internal enum VerifyScopeMatch
{
    All,
    Any,
}

/// <summary>What looking up takes.</summary>
/// <param name="Secret">A whole secret, or its start from <c>dh_</c> on.</param>
internal sealed record LookUpBody(string Secret)
{
    /// <summary>Without the secret, so that nothing that prints a body prints it.</summary>
    public override string ToString() => "LookUpBody";
}

/// <summary>One finding, as secret scanners send them.</summary>
/// <param name="Token">The text.</param>
/// <param name="Type">What the scanner calls it.</param>
/// <param name="Url">Where it was found.</param>
/// <param name="Source">In what.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
internal sealed record LeakBody(string Token, string? Type = null, string? Url = null, string? Source = null)
{
    /// <summary>Without the secret, so that nothing that prints a body prints it.</summary>
    public override string ToString() => $"LeakBody {{ Type = {Type} }}";
}

/// <summary>Maps <c>/keys:verify</c>, <c>/keys:lookup</c> and <c>/keys:leaked</c>: what takes secrets and tells of them. Nothing of it is logged.</summary>
internal static class KeyInspectionEndpoints
{
    public static void MapKeyInspection(this RouteGroupBuilder admin)
    {
        var keys = admin.MapGroup("").WithTags("Keys");
        keys.MapPost("/keys:verify", VerifyAsync).WithName("VerifyKey").RequirePermission(Permission.KeysRead)
            .WithSummary("Decides over a secret as the proxy would: for services that do not stand behind it.")
            .WithDescription("A secret that is not good is a result, not an error: 200 with valid false and the code that the proxy would refuse with.")
            .AddEndpointFilter(new CallsPerMinute("verifications", services => services.GetRequiredService<KeyInspectionOptions>().VerificationsPerMinute))
            .Produces<Envelope<VerifiedKey>>().ProducesProblem(400).ProducesProblem(429).ProducesProblem(503);
        keys.MapPost("/keys:lookup", LookUpAsync).WithName("LookUpKey").RequirePermission(Permission.KeysRead)
            .WithSummary("Tells whose a secret is, from the whole of it or from its readable start.")
            .AddEndpointFilter(new CallsPerMinute("lookups", services => services.GetRequiredService<KeyInspectionOptions>().LookupsPerMinute))
            .Produces<Envelope<IReadOnlyList<FoundKey>>>().ProducesProblem(400).ProducesProblem(429).ProducesProblem(503);
        keys.MapPost("/keys:leaked", ReportAsync).WithName("ReportLeakedKeys").RequirePermission(Permission.KeysRevoke)
            .WithSummary("Takes what a secret scanner has found, deals with the keys by policy, and answers which findings were real.")
            .WithDescription("What happens to a key is the setting KeyInspection:OnLeak. Members of a finding that are not known are ignored, since scanners add their own.")
            .AddEndpointFilter(new CallsPerMinute("reports of leaks", services => services.GetRequiredService<KeyInspectionOptions>().LeakReportsPerMinute))
            .Produces<Envelope<IReadOnlyList<LeakVerdict>>>().ProducesProblem(400).ProducesProblem(429).ProducesProblem(503);
    }

    private static async Task<IResult> VerifyAsync(VerifyKeyBody body, IMediator mediator, CancellationToken cancellationToken) =>
        Shown(await mediator.Send(
            new VerifyKey(new ClearSecret(body.Secret), body.RouteId, body.ApiId, body.Scopes ?? [], body.ScopeMatch == VerifyScopeMatch.Any, body.ClientIp, body.Cost), cancellationToken));

    private static async Task<IResult> LookUpAsync(LookUpBody body, IMediator mediator, CancellationToken cancellationToken) =>
        Shown(await mediator.Send(new LookUpKeys(new ClearSecret(body.Secret)), cancellationToken));

    private static async Task<IResult> ReportAsync(LeakBody?[] body, HttpContext context, IMediator mediator, WriteContext write, CancellationToken cancellationToken)
    {
        var secrets = body.Select(b => b is null
            ? throw new BadHttpRequestException("An entry is null.", StatusCodes.Status400BadRequest)
            : new ReportedSecret(new ClearSecret(b.Token), b.Type, b.Url, b.Source)).ToList();
        try
        {
            return Shown(await mediator.Send(new ReportLeakedSecrets(secrets), cancellationToken));
        }
        catch (DomainException e) when (e.Error.Code == ErrorCodes.InUse)
        {
            // The last administrator is among them: the others must not stay because of that. In a scope of its own, for the first attempt has left its changes in this one.
            await using var again = context.RequestServices.CreateAsyncScope();
            var copy = again.ServiceProvider.GetRequiredService<WriteContext>();
            (copy.Actor, copy.Tenant, copy.ClientIp, copy.RequestId, copy.DryRun) = (write.Actor, write.Tenant, write.ClientIp, write.RequestId, write.DryRun);
            return Shown(await again.ServiceProvider.GetRequiredService<IMediator>().Send(new ReportLeakedSecrets(secrets, KeepAdminKeys: true), cancellationToken));
        }
    }

    private static JsonHttpResult<Envelope<T>> Shown<T>(T result) => TypedResults.Json(new Envelope<T>(result), AdminJson.Options);
}
