namespace DataHub.Application.Access.Contracts;

/// <summary>The decision of a policy: allowed, or refused with the code that the caller sees and the reason that the log sees.</summary>
/// <param name="Code">Null when allowed; else one of the error codes.</param>
/// <param name="Detail">A sentence for the caller; null for the code's title.</param>
public readonly record struct Admission(string? Code, string? Detail = null)
{
    /// <summary>Allowed.</summary>
    public static readonly Admission Ok;

    /// <summary>True when nothing was refused.</summary>
    public bool Allowed => Code is null;
}
