using System.Buffers.Binary;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using DataHub.Application.Access.Credentials;

namespace DataHub.Infrastructure.Access.Credentials;

/// <summary>The list in <c>CommonPasswords.txt</c> (its source is named in NOTICE), kept as sorted 64-bit digests: 350 KB, read when it is first needed.</summary>
internal sealed class CommonPasswords : ICommonPasswords
{
    private readonly Lazy<ulong[]> _digests = new(Read);

    public bool Contains(string word) => word.Length > 0 && Array.BinarySearch(_digests.Value, DigestOf(word)) >= 0;

    private static ulong[] Read()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var resource = assembly.GetManifestResourceNames().Single(n => n.EndsWith(".CommonPasswords.txt", StringComparison.Ordinal));
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        var digests = new List<ulong>(50_000);
        while (reader.ReadLine() is { } word)
        {
            digests.Add(DigestOf(word));
        }

        digests.Sort();
        return [.. digests];
    }

    private static ulong DigestOf(string word)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(word), digest);
        return BinaryPrimitives.ReadUInt64BigEndian(digest);
    }
}
