using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Hosting;

public sealed class LateEndpointsTests
{
    private WebApplication _app = null!;

    private static readonly string[] Verbs = ["GET", "POST", "PUT", "PATCH", "DELETE"];

    [SetUp]
    public void Build() => _app = WebApplication.CreateSlimBuilder().Build();

    [TearDown]
    public async Task DisposeAsync() => await _app.DisposeAsync();

    // Filters are put around a handler when what calls it is made.
    [Test]
    public async Task Call_FirstAndLater_MakesTheCallOfTheHandlerOnceAndNotBefore()
    {
        var made = 0;
        _app.MapGet("/a", () => TypedResults.NoContent()).AddEndpointFilterFactory((_, next) =>
        {
            made++;
            return next;
        });

        var endpoint = Endpoints().Single();
        made.Should().Be(0);

        (await CallAsync(endpoint)).Should().Be(StatusCodes.Status204NoContent);
        (await CallAsync(endpoint)).Should().Be(StatusCodes.Status204NoContent);
        made.Should().Be(1);
    }

    [Test]
    public async Task Call_ManyAtOnce_MakesItOnce()
    {
        var made = 0;
        _app.MapGet("/a", () => TypedResults.NoContent()).AddEndpointFilterFactory((_, next) =>
        {
            Interlocked.Increment(ref made);
            return next;
        });
        var endpoint = Endpoints().Single();
        using var start = new Barrier(8);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            start.SignalAndWait();
            return CallAsync(endpoint);
        })));

        answers.Should().OnlyContain(status => status == StatusCodes.Status204NoContent);
        made.Should().Be(1);
    }

    [Test]
    public void Map_EachVerb_MapsThatOneAndKeepsWhatIsKnownOfTheHandler()
    {
        var handler = (int page) => TypedResults.Ok(page);
        _app.MapGet("/a", handler);
        _app.MapPost("/a", handler);
        _app.MapPut("/a", handler);
        _app.MapPatch("/a", handler);
        _app.MapDelete("/a", handler);

        var endpoints = Endpoints();

        endpoints.SelectMany(e => e.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods).Should().Equal(Verbs);
        endpoints.Should().OnlyContain(e => e.Metadata.GetMetadata<System.Reflection.MethodInfo>() == handler.Method
            && e.Metadata.GetMetadata<Microsoft.AspNetCore.Http.Metadata.IProducesResponseTypeMetadata>()!.Type == typeof(int));
    }

    // A mistake of ours must not wait for the first caller.
    [Test]
    public void Endpoints_HandlerThatCannotBeCalled_FailWithoutACall()
    {
        _app.MapGet("/a", (LateEndpointsTests first, TearDownAttribute second) => TypedResults.Ok($"{first}{second}"));

        var endpoints = Endpoints;

        endpoints.Should().Throw<InvalidOperationException>();
    }

    private List<Endpoint> Endpoints() => [.. ((IEndpointRouteBuilder)_app).DataSources.SelectMany(s => s.Endpoints)];

    private async Task<int> CallAsync(Endpoint endpoint)
    {
        var context = new DefaultHttpContext { RequestServices = _app.Services };
        await endpoint.RequestDelegate!(context);
        return context.Response.StatusCode;
    }
}
