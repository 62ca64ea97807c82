namespace DataHub.Application.Abstractions;

/// <summary>Secrets of this installation for purposes of their own, which the database does not hold: derived from the peppers, equal on all nodes.</summary>
public interface IDerivedKeys
{
    /// <summary>The versions that are known, newest first.</summary>
    IReadOnlyList<int> Versions { get; }

    /// <summary>32 bytes that say nothing of other purposes or versions.</summary>
    /// <param name="version">One of <see cref="Versions"/>.</param>
    /// <param name="purpose">Constant text that nothing else uses.</param>
    byte[] Derive(int version, string purpose);
}
