namespace DataHub.Domain.SharedKernel;

/// <summary>A refusal that the domain knows: a stable code and a sentence that does not change.</summary>
/// <param name="Code">One of <see cref="ErrorCodes"/>.</param>
/// <param name="Title">One sentence in English.</param>
public sealed record DomainError(string Code, string Title);

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

    /// <summary>The stable error.</summary>
    public DomainError Error { get; }

    /// <summary>RFC 6901 pointer of the field to blame, or null.</summary>
    public string? Pointer { get; }
}
