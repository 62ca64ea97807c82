using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DataHub.TestKit.Identity;

/// <summary>An identity provider on loopback: discovery, keys and introspection, each of which can be made to misbehave.</summary>
public sealed class TestIdentityProvider : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<string> _asked = new();

    private TestIdentityProvider(WebApplication app) => _app = app;

    public string Address { get; private set; } = "";

    public string JwksUrl => Address + "/jwks";

    public string IntrospectionUrl => Address + "/introspect";

    /// <summary>The keys it publishes.</summary>
    public List<SigningKey> Keys { get; } = [];

    /// <summary>What it says of tokens; tokens that are not here are inactive.</summary>
    public ConcurrentDictionary<string, JsonObject> Tokens { get; } = new();

    /// <summary>Answers instead of the endpoint itself when it returns true; the path is given.</summary>
    public Func<HttpContext, Task<bool>>? Misbehave { get; set; }

    /// <summary>The paths that were asked for.</summary>
    public IReadOnlyList<string> Asked => [.. _asked];

    /// <summary>The last <c>Authorization</c> that introspection got.</summary>
    public string? IntrospectionCredential { get; private set; }

    public int Count(string path) => _asked.Count(p => p == path);

    public static async Task<TestIdentityProvider> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        var app = builder.Build();
        var provider = new TestIdentityProvider(app);
        app.Use(async (context, next) =>
        {
            provider._asked.Enqueue(context.Request.Path.Value!);
            if (provider.Misbehave is not { } misbehave || !await misbehave(context))
            {
                await next(context);
            }
        });
        app.MapGet("/.well-known/openid-configuration", provider.DiscoverAsync);
        app.MapGet("/jwks", provider.ShowKeysAsync);
        app.MapPost("/introspect", provider.IntrospectAsync);
        await app.StartAsync();
        provider.Address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return provider;
    }

    /// <summary>A token of this provider, good now.</summary>
    public TokenBuilder Token(SigningKey? key = null) => new TokenBuilder(key ?? Keys[0], TimeProvider.System.GetUtcNow()).With("iss", Address);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private Task DiscoverAsync(HttpContext context) =>
        WriteAsync(context, new JsonObject { ["issuer"] = Address, ["jwks_uri"] = JwksUrl, ["introspection_endpoint"] = IntrospectionUrl });

    private Task ShowKeysAsync(HttpContext context) => WriteAsync(context, new JsonObject { ["keys"] = new JsonArray([.. Keys.Select(k => (JsonNode)k.Jwk())]) });

    private async Task IntrospectAsync(HttpContext context)
    {
        IntrospectionCredential = context.Request.Headers.Authorization;
        var form = await context.Request.ReadFormAsync();
        await WriteAsync(context, Tokens.TryGetValue((string?)form["token"] ?? "", out var claims) ? claims : new JsonObject { ["active"] = false });
    }

    private static Task WriteAsync(HttpContext context, JsonObject body)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body.ToJsonString());
    }
}
