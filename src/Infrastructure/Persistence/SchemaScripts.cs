using System.Reflection;
using System.Text.RegularExpressions;

namespace DataHub.Infrastructure.Persistence;

/// <summary>
/// The statements of the schema, embedded in the assembly: one file for each migration in <c>Migrations/Scripts</c>, written from the migrations by
/// a test, and the <c>.sql</c> files beside the code that uses them, which those name in lines like <c>-- script: Platform</c>.
/// </summary>
internal static partial class SchemaScripts
{
    private const string Folder = ".Migrations.Scripts.";
    private const string Ending = ".sql";

    private static readonly Assembly Assembly = typeof(SchemaScripts).Assembly;

    /// <summary>The ids of all migrations of this build, oldest first.</summary>
    public static IReadOnlyList<string> Migrations { get; } =
        [.. Assembly.GetManifestResourceNames().Select(MigrationOf).OfType<string>().Order(StringComparer.Ordinal)];

    /// <summary>Names of the <c>.sql</c> files beside the code.</summary>
    public static IEnumerable<string> Beside =>
        Assembly.GetManifestResourceNames().Where(n => n.EndsWith(Ending, StringComparison.Ordinal) && MigrationOf(n) is null).Select(n => n.Split('.')[^2]);

    /// <summary>One of the <c>.sql</c> files beside the code; applied by a migration, so changed by another migration only.</summary>
    /// <param name="name">The file's name without ending; unique in the assembly.</param>
    public static string Read(string name)
    {
        var resource = Assembly.GetManifestResourceNames().Single(n => n.EndsWith($".{name}{Ending}", StringComparison.Ordinal));
        using var reader = new StreamReader(Assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }

    /// <summary>The whole text of a migration.</summary>
    /// <param name="migration">One of <see cref="Migrations"/>.</param>
    public static string Of(string migration) => Reference().Replace(Read(migration), match => Read(match.Groups[1].Value));

    /// <summary>The line that stands for a file beside the code.</summary>
    /// <param name="name">The file's name without ending.</param>
    public static string ReferenceTo(string name) => $"-- script: {name}\n";

    [GeneratedRegex(@"^-- script: (\w+)\n", RegexOptions.Multiline)]
    private static partial Regex Reference();

    private static string? MigrationOf(string resource) =>
        resource.IndexOf(Folder, StringComparison.Ordinal) is > 0 and var at ? resource[(at + Folder.Length)..^Ending.Length] : null;
}
