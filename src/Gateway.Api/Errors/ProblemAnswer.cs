namespace DataHub.Gateway.Api.Errors;

/// <summary>A problem as the result of an endpoint, for refusals that must not roll the command back.</summary>
/// <param name="problem">The problem.</param>
internal sealed class ProblemAnswer(Problem problem) : IResult
{
    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext) => httpContext.WriteProblemAsync(problem);
}
