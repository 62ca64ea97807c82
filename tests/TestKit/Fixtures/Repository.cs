namespace DataHub.TestKit.Fixtures;

/// <summary>The working copy that the tests were built from.</summary>
public static class Repository
{
    /// <summary>The folder of <c>DataHub.sln</c>.</summary>
    public static string Root { get; } = Find();

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "DataHub.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests run outside of a working copy.");
        }

        return folder.FullName;
    }
}
