using DataHub.Gateway.Api.Errors;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DataHub.TestKit.Fixtures;

/// <summary>Answers exceptions of a partial host as the whole gateway does.</summary>
public sealed class ProblemExceptionHandler(ILoggerFactory loggers) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        await httpContext.WriteProblemAsync(new ProblemExceptions(loggers.CreateLogger<ProblemExceptions>()).ToProblem(exception, httpContext.TraceIdentifier));
        return true;
    }
}
