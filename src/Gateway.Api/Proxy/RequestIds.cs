using System.Buffers.Binary;
using DataHub.Application.Abstractions;

namespace DataHub.Gateway.Api.Proxy;

/// <summary>Request ids (UUIDv7) and trace ids from cryptographic randomness that is drawn in blocks: one system call serves hundreds of requests.</summary>
/// <param name="source">The randomness.</param>
internal sealed class RequestIds(IRandomSource source)
{
    /// <summary>The buffered randomness, for trace and span ids.</summary>
    public IRandomSource Random { get; } = new BlockRandom(source);

    /// <summary>A UUIDv7 (RFC 9562 §5.7) at an instant.</summary>
    /// <param name="now">UTC instant.</param>
    public Guid NewRequestId(DateTimeOffset now)
    {
        Span<byte> bytes = stackalloc byte[16];
        Random.Fill(bytes[6..]);
        var milliseconds = now.ToUnixTimeMilliseconds();
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)(milliseconds >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(bytes[2..], (uint)milliseconds);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x70);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    private sealed class BlockRandom(IRandomSource source) : IRandomSource
    {
        private const int BlockLength = 4096;

        [ThreadStatic]
        private static Block? t_block;

        public void Fill(Span<byte> buffer)
        {
            // One block a thread: no lock, and a block is thrown away once it is used up.
            var block = t_block;
            if (block is null || block.Owner != source || block.Next + buffer.Length > BlockLength)
            {
                block = t_block ??= new Block();
                block.Owner = source;
                source.Fill(block.Bytes);
                block.Next = 0;
            }

            block.Bytes.AsSpan(block.Next, buffer.Length).CopyTo(buffer);
            block.Next += buffer.Length;
        }

        private sealed class Block
        {
            public byte[] Bytes { get; } = new byte[BlockLength];

            public int Next { get; set; }

            public IRandomSource? Owner { get; set; }
        }
    }
}
