namespace DataHub.Bench.Runner.Systems;

/// <summary>Fills the templates in bench/Nginx.</summary>
internal static class NginxConfiguration
{
    /// <summary>Writes a configuration.</summary>
    /// <returns>The command that starts nginx with it.</returns>
    public static string[] Write(string template, string folder, int port, int upstream = 0)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "nginx.conf");
        File.WriteAllText(
            file,
            File.ReadAllText(template)
                .Replace("{{folder}}", folder, StringComparison.Ordinal)
                .Replace("{{port}}", $"{port}", StringComparison.Ordinal)
                .Replace("{{upstream}}", $"{upstream}", StringComparison.Ordinal));
        return ["nginx", "-p", folder, "-e", Path.Combine(folder, "error.log"), "-c", file];
    }
}
