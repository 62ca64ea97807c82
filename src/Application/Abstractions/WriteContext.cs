using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Abstractions;

/// <summary>What the caller of a write asked for beside its body: precondition, dry run, identity. Scoped to one request.</summary>
public sealed class WriteContext
{
    /// <summary>The mismatch of RFC 9110 §13.1.1.</summary>
    public static readonly DomainError EtagMismatch = new(ErrorCodes.EtagMismatch, "The resource has changed since it was read.");

    /// <summary>True: everything is checked, nothing is kept.</summary>
    public bool DryRun { get; set; }

    /// <summary>The versions of <c>If-Match</c>; null when the header was absent or <c>*</c>.</summary>
    public IReadOnlyList<string>? IfMatch { get; set; }

    /// <summary>Id of the admin key or <c>system</c>.</summary>
    public string Actor { get; set; } = "system";

    /// <summary>The entity tag of an aggregate: its version in double quotes.</summary>
    /// <param name="aggregate">The aggregate.</param>
    /// <returns>A strong entity tag.</returns>
    public static string EtagOf(IAggregateRoot aggregate) =>
        $"\"{aggregate.Version.ToString(System.Globalization.CultureInfo.InvariantCulture)}\"";

    /// <summary>Refuses when the caller named another version.</summary>
    /// <param name="aggregate">The aggregate as loaded.</param>
    /// <exception cref="DomainException"><see cref="ErrorCodes.EtagMismatch"/>.</exception>
    public void EnsureMatches(IAggregateRoot aggregate)
    {
        if (IfMatch is { } tags && !tags.Contains(EtagOf(aggregate)))
        {
            throw new DomainException(EtagMismatch, $"The resource is at version {EtagOf(aggregate)} now; read it again and repeat the change.");
        }
    }
}
