using System.Text;
using System.Text.Json.Nodes;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Access.Tokens.Verification;
using DataHub.Domain.Access.Tokens;
using DataHub.TestKit.Identity;

namespace DataHub.Application.UnitTests.Access.Tokens.Verification;

/// <summary>Terms and key sets for tests: of the issuer that <see cref="TokenBuilder"/> makes tokens of.</summary>
internal static class Terms
{
    public static readonly IssuerDefinition Definition = new("id", "https://id.example", Audiences: ["gateway"], Algorithms: [.. SignatureAlgorithms.All]);

    public static readonly TokenIssuerId Id = new(new Guid("01900000-0000-7000-8000-000000000001"));

    public static IssuerTerms Of(IssuerDefinition? definition = null) => new(new IssuerDocument(Id, definition ?? Definition, null));

    public static KeySet Keys(params SigningKey[] keys) => Keys(null, keys)!;

    public static KeySet? Keys(KeySet? before, params SigningKey[] keys) =>
        KeySet.Read(Encoding.UTF8.GetBytes(new JsonObject { ["keys"] = new JsonArray([.. keys.Select(k => (JsonNode)k.Jwk())]) }.ToJsonString()), before);

    public static CompactToken Read(string token) =>
        CompactToken.Read(token, out var read) is { } mistake ? throw new InvalidOperationException(mistake) : read!;
}
