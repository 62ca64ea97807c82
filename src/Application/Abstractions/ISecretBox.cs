namespace DataHub.Application.Abstractions;

/// <summary>Encrypts what is stored but must not be readable in the store: authenticated, under a key that the store does not hold.</summary>
public interface ISecretBox
{
    /// <summary>Encrypts.</summary>
    /// <param name="content">Clear bytes.</param>
    /// <param name="context">What the content belongs to; needed again to open it, so that it cannot be moved elsewhere.</param>
    byte[] Seal(ReadOnlySpan<byte> content, ReadOnlySpan<byte> context);

    /// <summary>Decrypts.</summary>
    /// <param name="box">What was sealed.</param>
    /// <param name="context">What the content belongs to.</param>
    /// <returns>Null when it was changed, moved, or sealed under a key that is gone.</returns>
    byte[]? Open(ReadOnlySpan<byte> box, ReadOnlySpan<byte> context);
}
