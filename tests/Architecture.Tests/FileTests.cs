using System.Text.RegularExpressions;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Architecture.Tests;

[TestFixture]
public sealed partial class FileTests
{
    private static readonly string[] Sources = [.. new[] { "src", "tests", "bench" }.SelectMany(FilesUnder)];

    [Test]
    public void Names_SayARole()
    {
        Rules.NamesSayARole(Sources).Should().BeEmpty();
        Rules.NamesSayARole(["src/Domain/Common/Id.cs", "src/Application/Access/KeyManager.cs", "src/Domain/Access/Key.cs"]).Should()
            .Equal("src/Domain/Common/Id.cs", "src/Application/Access/KeyManager.cs");
    }

    [Test]
    public void Files_HaveAtMost300Lines()
    {
        Rules.FilesAreShort(Sources.Select(path => (path, File.ReadLines(Full(path)).Count()))).Should().BeEmpty();
        Rules.FilesAreShort([("src/Long.cs", 301), ("src/Fine.cs", 300), ("src/Infrastructure/Persistence/Migrations/Generated.cs", 5000)]).Should()
            .Equal("src/Long.cs has 301 lines");
    }

    [Test]
    public void Namespaces_AreFolders()
    {
        Rules.NamespacesAreFolders(Sources.Where(p => p.StartsWith("src/", StringComparison.Ordinal)).Select(p => (p["src/".Length..], NamespaceOf(p)))).Should().BeEmpty();
        Rules.NamespacesAreFolders([("Domain/Access/Key.cs", "DataHub.Domain.Routing"), ("Gateway.Api/Proxy/Stage.cs", "DataHub.Gateway.Api.Proxy")]).Should()
            .Equal("Domain/Access/Key.cs says DataHub.Domain.Routing");
    }

    [Test]
    public void Program_IsOneScreen() => File.ReadLines(Full("src/Gateway.Api/Program.cs")).Should().HaveCountLessThan(60);

    private static string? NamespaceOf(string path) =>
        FileScopedNamespace().Match(File.ReadAllText(Full(path))) is { Success: true } match ? match.Groups[1].Value : null;

    private static IEnumerable<string> FilesUnder(string folder) =>
        Directory.Exists(Full(folder))
            ? Directory.EnumerateFiles(Full(folder), "*.cs", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Repository.Root, f))
                .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))
            : [];

    private static string Full(string path) => Path.Combine(Repository.Root, path);

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex FileScopedNamespace();
}
