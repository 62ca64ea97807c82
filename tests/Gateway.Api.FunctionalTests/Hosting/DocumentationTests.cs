using System.Reflection;
using System.Text.RegularExpressions;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Composition.Settings;
using DataHub.Gateway.Api.Errors;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Hosting;

/// <summary>Pages that repeat what the code says must say the same.</summary>
[TestFixture]
public sealed partial class DocumentationTests
{
    [Test]
    public void ConfigurationReference_IsTheOneOfThisBuild() =>
        Repository.Read("docs/reference/configuration.md").Should().Be(
            new SettingsReference(SettingsCatalogue.OfThisBuild()).Write(),
            "after a change of an options class run: dotnet run --project src/Gateway.Api -- --write-configuration-reference docs/reference/configuration.md");

    [Test]
    public void ConfigurationReference_EverySettingSaysWhatItIs() =>
        Repository.Read("docs/reference/configuration.md").Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Should().NotContain(line => EmptyLastCell().IsMatch(line));

    [Test]
    public void ErrorPage_HasOneSectionForEachCode() => Sections().Keys.Should().BeEquivalentTo(Codes());

    [Test]
    public void ErrorPage_EachSectionSaysStatusCauseAndMend()
    {
        foreach (var (code, text) in Sections())
        {
            text.Should().StartWith($"**{ProblemCatalogue.StatusOf(code)}", $"the section of {code} begins with its status");
            text.Should().Contain("**What happened.**", "of {0}", code).And.Contain("**How to fix it.**", "of {0}", code);
        }
    }

    [Test]
    public void Catalogue_KnowsEveryCode() => ProblemCatalogue.All.Keys.Should().BeEquivalentTo(Codes());

    [Test]
    public void Links_OfEveryPage_LeadSomewhere()
    {
        var pages = Directory.GetFiles(Repository.Root, "*.md").Concat(Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories));
        var broken =
            from page in pages
            from Match link in RelativeLink().Matches(File.ReadAllText(page))
            let target = Path.GetFullPath(link.Groups[1].Value, Path.GetDirectoryName(page)!)
            where !File.Exists(target) && !Directory.Exists(target)
            select $"{Path.GetRelativePath(Repository.Root, page)} → {link.Groups[1].Value}";

        broken.Should().BeEmpty();
    }

    private static IEnumerable<string> Codes() =>
        typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!);

    private static Dictionary<string, string> Sections() =>
        Section().Matches(Repository.Read("docs/errors.md")).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value.Trim());

    [GeneratedRegex(@"^### `([a-z_]+)`\n(.*?)(?=^##|\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Section();

    [GeneratedRegex(@"\]\((?!https?:|#|mailto:)([^)#\s]+)")]
    private static partial Regex RelativeLink();

    [GeneratedRegex(@"\|\s*(\*Secret\.\*)?\s*\|$")]
    private static partial Regex EmptyLastCell();
}
