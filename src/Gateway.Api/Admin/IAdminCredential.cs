using DataHub.Application.Abstractions;
using DataHub.Gateway.Api.Errors;

namespace DataHub.Gateway.Api.Admin;

/// <summary>What a credential says of a request.</summary>
/// <param name="Actor">Who calls; null unless the credential is good.</param>
/// <param name="Problem">Why it is refused; null unless the credential is there and not good.</param>
/// <param name="Subject">Printed id of what was presented, for the log; null where it is not known.</param>
internal readonly record struct AdminCredentialResult(Actor? Actor, Problem? Problem, string? Subject)
{
    /// <summary>The request carries no such credential; the next one is asked.</summary>
    public static AdminCredentialResult None => default;

    /// <summary>The credential is good.</summary>
    /// <param name="actor">Who calls.</param>
    public static AdminCredentialResult Of(Actor actor) => new(actor, null, actor.Id);

    /// <summary>The credential is there, and not good.</summary>
    /// <param name="problem">Why.</param>
    /// <param name="subject">Printed id of what was presented.</param>
    public static AdminCredentialResult Refused(Problem problem, string? subject = null) => new(null, problem, subject);
}

/// <summary>A kind of credential of the admin API. All are asked in the order of registration, until one is found in the request.</summary>
internal interface IAdminCredential
{
    /// <summary>Looks for the credential in a request; the body is not read.</summary>
    /// <param name="context">The request.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<AdminCredentialResult> AuthenticateAsync(HttpContext context, CancellationToken cancellationToken);
}
