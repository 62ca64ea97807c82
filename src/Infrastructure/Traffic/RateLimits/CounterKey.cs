using System.Runtime.CompilerServices;
using DataHub.Application.Traffic.Contracts;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Infrastructure.Traffic.RateLimits;

/// <summary>Names one counter: the limit, and whom it counts. The same in memory and in Redis.</summary>
/// <param name="Limit"><see cref="CompiledLimit.Key"/>.</param>
/// <param name="Subject">The key, consumer, tenant or address.</param>
/// <param name="Route">The route for limits by endpoint, else zero.</param>
/// <param name="Kind"><c>k</c> key, <c>c</c> consumer, <c>t</c> tenant, <c>i</c> address: what <paramref name="Subject"/> is.</param>
internal readonly record struct CounterKey(UInt128 Limit, UInt128 Subject, UInt128 Route, char Kind)
{
    /// <summary>The counter that a limit meets for a request.</summary>
    public static CounterKey Of(CompiledLimit limit, RateLimitEvaluation evaluation)
    {
        var (id, kind) = limit.By switch
        {
            RateLimitSubject.Ip => (Guid.Empty, 'i'),
            RateLimitSubject.Consumer => (evaluation.ConsumerId, 'c'),
            RateLimitSubject.Tenant => (evaluation.TenantId, 't'),
            _ => (evaluation.KeyId, 'k'),
        };

        // A caller without a key or consumer is counted by address, so that anonymous callers do not share one count.
        var subject = id == Guid.Empty ? evaluation.ClientAddress : Number(id);
        return new CounterKey(
            limit.Key, subject, limit.By == RateLimitSubject.Endpoint ? Number(evaluation.RouteId) : UInt128.Zero, id == Guid.Empty ? 'i' : kind);
    }

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        // Version 7 ids begin with the time: the random half decides the bucket.
        var mixed = (ulong)Limit ^ (ulong)(Limit >> 64) ^ Mix((ulong)Subject) ^ Mix((ulong)(Subject >> 64) + 0x9E3779B97F4A7C15) ^ Mix((ulong)Route + (ulong)(Route >> 64) + Kind);
        return (int)(mixed ^ (mixed >> 32));
    }

    /// <summary>A UUID as the number that its bytes spell.</summary>
    internal static UInt128 Number(Guid id) => Unsafe.BitCast<Guid, UInt128>(id);

    internal static ulong Mix(ulong value)
    {
        value *= 0xFF51AFD7ED558CCD;
        return value ^ (value >> 29);
    }
}
