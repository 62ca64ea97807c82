namespace DataHub.Domain.SharedKernel;

/// <summary>A refusal that the domain knows: a stable code and a sentence that does not change.</summary>
/// <param name="Code">One of <see cref="ErrorCodes"/>.</param>
/// <param name="Title">One sentence in English.</param>
public sealed record DomainError(string Code, string Title);

/// <summary>One mistake of several that are told together.</summary>
/// <param name="Pointer">RFC 6901 pointer of the field to blame; empty for the whole.</param>
/// <param name="Code">What is wrong, in snake_case.</param>
/// <param name="Message">What is wrong and what would mend it; no secret.</param>
public sealed record DomainFault(string Pointer, string Code, string Message)
{
    /// <summary>The pointer of a member (RFC 6901 §3).</summary>
    /// <param name="pointer">The pointer of the object that it stands in.</param>
    /// <param name="name">Its name.</param>
    public static string Below(string pointer, string name) =>
        $"{pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
}

/// <summary>Thrown when an aggregate or use case refuses; nothing was changed.</summary>
public sealed class DomainException : Exception
{
    /// <summary>Refuses with the title of the error as detail.</summary>
    /// <param name="error">The error.</param>
    public DomainException(DomainError error) : this(error, error.Title)
    {
    }

    /// <summary>Refuses with a detail and, where one field is to blame, its JSON pointer.</summary>
    /// <param name="error">The error.</param>
    /// <param name="detail">What is wrong and what would mend it; no secret.</param>
    /// <param name="pointer">RFC 6901 pointer into the request body, such as <c>/scopes/0</c>.</param>
    public DomainException(DomainError error, string detail, string? pointer = null) : base(detail) =>
        (Error, Pointer) = (error, pointer);

    /// <summary>Refuses with every mistake at once.</summary>
    /// <param name="error">The error.</param>
    /// <param name="faults">At least one.</param>
    public DomainException(DomainError error, IReadOnlyList<DomainFault> faults)
        : base(faults.Count == 1 ? faults[0].Message : $"{faults.Count} things are wrong; see errors.") =>
        (Error, Faults) = (error, faults);

    /// <summary>The stable error.</summary>
    public DomainError Error { get; }

    /// <summary>RFC 6901 pointer of the field to blame, or null.</summary>
    public string? Pointer { get; }

    /// <summary>Every mistake, when there are several to tell; else empty.</summary>
    public IReadOnlyList<DomainFault> Faults { get; } = [];
}
