using System.Net;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Admin;

/// <summary>The admin API reads bodies whole, so it bounds them; also where nobody has signed in yet.</summary>
[TestFixture]
public sealed class BodySizeTests
{
    private const int Mebibyte = 1024 * 1024;

    private TestDatabase _database = null!;
    private TestGateway _gateway = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _gateway = await TestGateway.StartAsync(_database);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _gateway.DisposeAsync();
        await _database.DisposeAsync();
    }

    [TestCase("/api/v1/setup", true)]
    [TestCase("/api/v1/setup", false)]
    [TestCase("/api/v1/auth/login", true)]
    [Description("The client sends all of it before it reads: a connection that is cut with the answer would fail it.")]
    public async Task Body_LargerThanTheAdminApiTakes_Is413(string path, bool announced)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Body(20 * Mebibyte) };
        request.Headers.TransferEncodingChunked = !announced;

        using var response = await _gateway.Client.SendAsync(request);

        response.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge, await response.Content.ReadAsStringAsync());
        (await response.Content.ReadAsStringAsync()).Should().Contain("\"code\":\"payload_too_large\"").And.Contain("4194304 bytes");
    }

    [Test]
    public async Task Body_WithinTheLimit_IsRead()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/setup") { Content = Body(3 * Mebibyte) };

        using var response = await _gateway.Client.SendAsync(request);

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized, "the token in it is wrong");
    }

    private static StringContent Body(int bytes) => new($$"""{"token":"{{new string('x', bytes)}}"}""", System.Text.Encoding.UTF8, "application/json");
}
