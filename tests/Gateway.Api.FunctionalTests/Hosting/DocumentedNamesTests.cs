using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DataHub.Gateway.Api.Composition.Settings;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Hosting;

/// <summary>What a page or a script names exists: settings, and operations of the admin API.</summary>
[TestFixture]
public sealed partial class DocumentedNamesTests
{
    private static readonly string[] Folders = ["docs", "build", "docker"];
    private static readonly string[] Endings = [".md", ".sh", ".yaml", "Dockerfile"];

    [Test]
    public void Settings_ThatPagesName_Exist()
    {
        var catalogue = SettingsCatalogue.OfThisBuild();

        SettingsIn(Pages()).Where(s => catalogue.Find(s) is null).Should().BeEmpty();
        SettingsIn(["`Gateway:Prot`, DataHub__Rediss__ConnectionString=x --Edge:Trusted=y"]).Count(s => catalogue.Find(s) is null).Should().Be(3, "slips are found");
    }

    [Test]
    public void Operations_ThatPagesName_Exist()
    {
        var paths = JsonNode.Parse(Repository.Read("docs/reference/openapi.json"))!["paths"]!.AsObject();
        var known = (from path in paths from method in path.Value!.AsObject() select $"{method.Key.ToUpperInvariant()} {Shape(path.Key)}").ToHashSet();

        OperationsIn(Pages()).Where(o => !known.Contains(o)).Should().BeEmpty();
        OperationsIn(["api GET \"/keyz/$ID\" and `POST /api/v1/keys/{id}:enabel`"]).Count(o => !known.Contains(o)).Should().Be(2, "slips are found");
    }

    // The reference and the description are generated.
    private static IEnumerable<string> Pages() =>
        Folders.SelectMany(f => Directory.EnumerateFiles(Path.Combine(Repository.Root, f), "*", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(Repository.Root, "*.md"))
            .Where(f => Endings.Any(e => f.EndsWith(e, StringComparison.Ordinal)) && !f.EndsWith("reference/configuration.md", StringComparison.Ordinal))
            .Select(File.ReadAllText);

    private static IEnumerable<string> SettingsIn(IEnumerable<string> texts) =>
        from text in texts
        from Match match in Setting().Matches(text)
        let name = match.Groups.Cast<Group>().Skip(1).First(g => g.Success).Value.Replace("__", ":", StringComparison.Ordinal)
        where name is not ("Section:Key" or "Port") // How settings are written in general.
        select $"DataHub:{name}";

    // Variables and parameters of a path are alike: {id} and $ID.
    private static IEnumerable<string> OperationsIn(IEnumerable<string> texts) =>
        from text in texts
        from Match match in Operation().Matches(text)
        let path = match.Groups[2].Value
        select $"{match.Groups[1].Value} {Shape(path.StartsWith("/api/", StringComparison.Ordinal) || path.StartsWith("/health", StringComparison.Ordinal) ? path : "/api/v1" + path)}";

    private static string Shape(string path) => Variable().Replace(path, "*").TrimEnd('/');

    [GeneratedRegex(@"`([A-Z]\w+:[A-Z]\w+)`|DataHub__(\w+)|--([A-Z]\w+:\w+)")]
    private static partial Regex Setting();

    [GeneratedRegex("\\b(GET|POST|PUT|PATCH|DELETE) [\"']?(/[\\w/:{}$-]+)")]
    private static partial Regex Operation();

    [GeneratedRegex(@"\{\w+\}|\$\w+")]
    private static partial Regex Variable();
}
