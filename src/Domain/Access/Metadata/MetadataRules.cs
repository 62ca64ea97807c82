namespace DataHub.Domain.Access.Metadata;

/// <summary>The bounds of the free key-value pairs that a resource carries for its users; the gateway never reads them.</summary>
public static class MetadataRules
{
    /// <summary>Most pairs.</summary>
    public const int MaxEntries = 50;

    /// <summary>Most characters of a key.</summary>
    public const int MaxKeyLength = 64;

    /// <summary>Most characters of a value.</summary>
    public const int MaxValueLength = 500;

    /// <summary>Checks all bounds.</summary>
    /// <param name="metadata">The pairs.</param>
    /// <returns>Null, or what is wrong and what would mend it.</returns>
    public static string? Violation(IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.Count > MaxEntries)
        {
            return $"Metadata holds at most {MaxEntries} entries; these are {metadata.Count}.";
        }

        foreach (var (key, value) in metadata)
        {
            if (key.Length is 0 or > MaxKeyLength || key.Any(char.IsControl))
            {
                return $"A metadata key has 1 to {MaxKeyLength} characters, none of them a control character.";
            }

            // JSON may say null, and PostgreSQL's jsonb cannot hold U+0000.
            if (value is null || value.Length > MaxValueLength || value.Contains('\0', StringComparison.Ordinal))
            {
                return $"The metadata value of '{key}' must be a text of at most {MaxValueLength} characters.";
            }
        }

        return null;
    }
}
