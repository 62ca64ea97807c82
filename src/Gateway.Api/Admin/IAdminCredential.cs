using DataHub.Application.Abstractions;
using DataHub.Gateway.Api.Errors;

namespace DataHub.Gateway.Api.Admin;

/// <summary>What a credential says of a request.</summary>
/// <param name="Actor">Who calls; null unless the credential is good.</param>
/// <param name="Problem">Why it is refused; null unless the credential is there and not good.</param>
/// <param name="Presenter">Whose credential it is, good or not, for the log and the trail; null where that is not known.</param>
internal readonly record struct AdminCredentialResult(Actor? Actor, Problem? Problem, Actor? Presenter)
{
    /// <summary>The request carries no such credential; the next one is asked.</summary>
    public static AdminCredentialResult None => default;

    /// <summary>The credential is good.</summary>
    /// <param name="actor">Who calls.</param>
    public static AdminCredentialResult Of(Actor actor) => new(actor, null, actor);

    /// <summary>The credential is there, and not good.</summary>
    /// <param name="problem">Why.</param>
    /// <param name="presenter">Whose credential it is.</param>
    public static AdminCredentialResult Refused(Problem problem, Actor? presenter = null) => new(null, problem, presenter);
}

/// <summary>A kind of credential of the admin API. All are asked in the order of registration, until one is found in the request.</summary>
internal interface IAdminCredential
{
    /// <summary>Looks for the credential in a request; the body is not read.</summary>
    /// <param name="context">The request.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<AdminCredentialResult> AuthenticateAsync(HttpContext context, CancellationToken cancellationToken);
}
