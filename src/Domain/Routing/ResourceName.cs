using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Routing;

/// <summary>The rule for names that people give to upstreams, APIs, routes and destinations.</summary>
public static class ResourceName
{
    /// <summary>Most characters of a name.</summary>
    public const int MaxLength = 100;

    /// <summary>Checks a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="pointer">Where it stands.</param>
    /// <param name="faults">Takes what is wrong.</param>
    public static void Check(string? name, string pointer, ICollection<DomainFault> faults)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            faults.Add(new DomainFault(pointer, "required", "A name is needed."));
        }
        else if (name.Length > MaxLength)
        {
            faults.Add(new DomainFault(pointer, "too_long", $"A name has at most {MaxLength} characters; this one has {name.Length}."));
        }
        else if (name.Any(char.IsControl) || name.Trim().Length != name.Length)
        {
            faults.Add(new DomainFault(pointer, "invalid", "A name has no control characters and neither begins nor ends with a space."));
        }
    }
}

/// <summary>The rule for the free notes that people attach to a resource.</summary>
public static class ResourceMetadata
{
    /// <summary>Most entries.</summary>
    public const int MaxEntries = 50;

    /// <summary>Most characters of a key.</summary>
    public const int MaxKeyLength = 64;

    /// <summary>Most characters of a value.</summary>
    public const int MaxValueLength = 500;

    /// <summary>No notes.</summary>
    public static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>();

    /// <summary>Checks the notes.</summary>
    /// <param name="metadata">The notes; null for none.</param>
    /// <param name="faults">Takes what is wrong.</param>
    public static void Check(IReadOnlyDictionary<string, string>? metadata, ICollection<DomainFault> faults)
    {
        if (metadata is null)
        {
            return;
        }

        if (metadata.Count > MaxEntries)
        {
            faults.Add(new DomainFault("/metadata", "too_many", $"Metadata holds at most {MaxEntries} entries."));
        }

        foreach (var (key, value) in metadata)
        {
            if (key.Length is 0 or > MaxKeyLength || !key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            {
                faults.Add(new DomainFault("/metadata", "invalid", $"A metadata key has 1 to {MaxKeyLength} letters, digits, '-', '_' or '.'; '{key}' does not."));
            }

            if (value is null || value.Length > MaxValueLength)
            {
                faults.Add(new DomainFault("/metadata", "too_long", $"A metadata value is text of at most {MaxValueLength} characters; that of '{key}' is not."));
            }
        }
    }
}
