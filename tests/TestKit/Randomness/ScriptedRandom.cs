using System.Buffers.Binary;
using DataHub.Application.Abstractions;

namespace DataHub.TestKit.Randomness;

/// <summary>Randomness that a test chooses: the given values, one a call, over and over.</summary>
public sealed class ScriptedRandom(params ulong[] values) : IRandomSource
{
    private int _calls = -1;

    public void Fill(Span<byte> buffer)
    {
        Span<byte> value = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(value, values[Interlocked.Increment(ref _calls) % values.Length]);
        for (var i = 0; i < buffer.Length; i++)
        {
            buffer[i] = value[i % value.Length];
        }
    }
}
