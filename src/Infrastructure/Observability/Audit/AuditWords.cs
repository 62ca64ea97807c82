using System.Collections.Frozen;
using System.Text.Json;
using DataHub.Application.Abstractions;
using DataHub.Application.Observability.Contracts;

namespace DataHub.Infrastructure.Observability.Audit;

/// <summary>The words of the trail.</summary>
internal static class AuditWords
{
    // By the prefix of the id, which is what the API calls the resource by.
    private static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>
    {
        ["con"] = "consumer", ["key"] = "key", ["usr"] = "user", ["api"] = "api", ["rte"] = "route", ["ups"] = "upstream", ["tier"] = "tier", ["ten"] = "tenant", ["whk"] = "webhook",
    }.ToFrozenDictionary();

    // What the first word of a command says no more exactly than "update".
    private static readonly FrozenSet<string> PlainVerbs = FrozenSet.Create(StringComparer.Ordinal, "update", "replace", "patch", "set", "put", "create", "delete", "remove", "add", "change", "issue");

    public static string Of(ActorKind kind) => JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString());

    public static string Of(AuditResult result) => JsonNamingPolicy.KebabCaseLower.ConvertName(result.ToString());

    /// <summary>The kind of a resource: a word for the known prefixes, else the name of its class.</summary>
    public static string TypeOf(string printedId, Type aggregate) =>
        Types.TryGetValue(printedId.Split('_')[0], out var word) ? word : JsonNamingPolicy.KebabCaseLower.ConvertName(aggregate.Name);

    /// <summary>What a command did to a resource that was there before and after: <c>RevokeApiKey</c> revokes, <c>ReplaceTier</c> updates.</summary>
    public static string VerbOf(string? command)
    {
        var verb = command is null ? "update" : JsonNamingPolicy.KebabCaseLower.ConvertName(command).Split('-')[0];
        return PlainVerbs.Contains(verb) ? "update" : verb;
    }
}
