using System.Buffers.Binary;
using DataHub.Domain.Webhooks.Subscriptions;

namespace DataHub.Application.Webhooks.Deliveries;

/// <summary>
/// Which node looks after which endpoint: the one with the highest hash of both (rendezvous), so that a node that comes or goes moves its own share only.
/// Nodes that disagree for a moment do no harm: leases decide.
/// </summary>
public static class NodeAssignment
{
    /// <summary>Whether an endpoint belongs to a node.</summary>
    /// <param name="subscription">The endpoint.</param>
    /// <param name="self">The node.</param>
    /// <param name="nodes">All that live; the node itself counts even if it is not among them.</param>
    public static bool IsMine(SubscriptionId subscription, Guid self, IReadOnlyList<Guid> nodes)
    {
        var own = Weight(self, subscription.Value);
        for (var i = 0; i < nodes.Count; i++)
        {
            if (nodes[i] != self)
            {
                var other = Weight(nodes[i], subscription.Value);
                if (other > own || (other == own && nodes[i].CompareTo(self) > 0))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static ulong Weight(Guid node, Guid subscription)
    {
        Span<byte> bytes = stackalloc byte[32];
        node.TryWriteBytes(bytes);
        subscription.TryWriteBytes(bytes[16..]);
        var hash = 0x9E37_79B9_7F4A_7C15UL;
        for (var i = 0; i < bytes.Length; i += sizeof(ulong))
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes[i..]));
        }

        return hash;
    }

    // The finaliser of splitmix64: every bit in moves half of the bits out.
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9UL;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EBUL;
        return value ^ (value >> 31);
    }
}
