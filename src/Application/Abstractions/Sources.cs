namespace DataHub.Application.Abstractions;

/// <summary>Cryptographic randomness, injected so that tests can script it.</summary>
public interface IRandomSource
{
    /// <summary>Fills the buffer with random bytes.</summary>
    /// <param name="buffer">What is filled.</param>
    void Fill(Span<byte> buffer);
}

/// <summary>Makes UUIDv7 values (RFC 9562 §5.7) from the injected clock.</summary>
public interface IIdSource
{
    /// <summary>A new UUIDv7.</summary>
    /// <returns>Values of one process rise with time.</returns>
    Guid NewId();
}
