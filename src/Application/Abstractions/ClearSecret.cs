namespace DataHub.Application.Abstractions;

/// <summary>A secret in clear text. Prints as <c>[secret]</c>, so that logging the message that carries it is harmless.</summary>
/// <param name="value">The secret.</param>
public readonly struct ClearSecret(string value)
{
    private readonly string _value = value;

    /// <summary>The secret itself; for the one answer that shows it.</summary>
    /// <returns>Clear text.</returns>
    public string Reveal() => _value;

    /// <inheritdoc/>
    public override string ToString() => "[secret]";
}
