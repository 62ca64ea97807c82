using System.Buffers.Binary;
using System.Security.Cryptography;
using DataHub.Application.Abstractions;

namespace DataHub.Infrastructure.Access.Secrets;

/// <summary>AES-256-GCM under keys derived from the peppers (HKDF, RFC 5869); the box names its pepper, so that older ones still open.</summary>
/// <param name="peppers">The peppers.</param>
/// <param name="random">Nonces: 96 random bits each, far from collision at the rate of admin writes (NIST SP 800-38D §8.3).</param>
internal sealed class PepperSecretBox(PepperRing peppers, IRandomSource random) : ISecretBox
{
    private const string Purpose = "datahub stored answers v1";
    private const int VersionLength = 4;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int HeaderLength = VersionLength + NonceLength + TagLength;

    private readonly Dictionary<int, byte[]> _keys = peppers.All.ToDictionary(p => p.Version, p => p.DeriveKey(Purpose));

    public byte[] Seal(ReadOnlySpan<byte> content, ReadOnlySpan<byte> context)
    {
        var box = new byte[HeaderLength + content.Length];
        var version = peppers.Current.Version;
        BinaryPrimitives.WriteInt32BigEndian(box, version);
        var nonce = box.AsSpan(VersionLength, NonceLength);
        random.Fill(nonce);
        using var cipher = new AesGcm(_keys[version], TagLength);
        cipher.Encrypt(nonce, content, box.AsSpan(HeaderLength), box.AsSpan(VersionLength + NonceLength, TagLength), context);
        return box;
    }

    public byte[]? Open(ReadOnlySpan<byte> box, ReadOnlySpan<byte> context)
    {
        if (box.Length < HeaderLength || !_keys.TryGetValue(BinaryPrimitives.ReadInt32BigEndian(box), out var key))
        {
            return null;
        }

        var content = new byte[box.Length - HeaderLength];
        using var cipher = new AesGcm(key, TagLength);
        try
        {
            cipher.Decrypt(box.Slice(VersionLength, NonceLength), box[HeaderLength..], box.Slice(VersionLength + NonceLength, TagLength), content, context);
            return content;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
