using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Errors;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Admin;

public class ProblemWriterTests
{
    [TestCase(ErrorCodes.StoreUnavailable, null, "2")]
    [TestCase(ErrorCodes.Overloaded, null, "2")]
    [TestCase(ErrorCodes.IdentityProviderUnavailable, null, "2")]
    [TestCase(ErrorCodes.StoreUnavailable, 30, "30")]
    [TestCase(ErrorCodes.RateLimitExceeded, 7, "7")]
    [TestCase(ErrorCodes.NotFound, null, "")]
    public async Task Write_AnyProblem_Every503SaysWhenToComeBack(string code, int? seconds, string expected)
    {
        var context = new DefaultHttpContext();
        context.Response.Body = new MemoryStream();

        await context.WriteProblemAsync(new Problem(code, "d") { RetryAfterSeconds = seconds });

        context.Response.Headers.RetryAfter.ToString().Should().Be(expected);
    }
}
