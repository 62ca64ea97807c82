using System.Buffers.Binary;
using System.Net;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Routing.Contracts;
using DataHub.Application.Traffic.Contracts;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Access.ApiKeys;

/// <summary>Charges a verification to the limits that a proxied request of the same key would meet, so that both share one count.</summary>
internal sealed class VerificationLimits(IRateLimitPolicy limiter, IGatewaySnapshotSource snapshots)
{
    public async Task<(bool Allowed, IReadOnlyList<VerifiedLimit>? Remaining)> ChargeAsync(
        VerifyKey request, CompiledRoute? route, CallerRecord caller, CancellationToken cancellationToken)
    {
        var tier = route?.TierOverride ?? (caller.TierId is { } id ? snapshots.Current.Tiers.GetValueOrDefault(id) : null) ?? snapshots.Current.DefaultTier;
        var evaluation = new RateLimitEvaluation
        {
            Tier = request.Cost == 1 ? tier : Scaled(tier, request.Cost),
            KeyId = caller.KeyId.Value,
            ConsumerId = caller.ConsumerId.Value,
            TenantId = caller.TenantId.Value,
            RouteId = route?.Id ?? default,
            ClientAddress = AddressOf(request.ClientIp),
        };
        var allowed = await limiter.DecideAsync(evaluation, cancellationToken);
        var remaining = new List<VerifiedLimit>(evaluation.Count);
        for (var i = 0; i < evaluation.Count; i++)
        {
            remaining.Add(new VerifiedLimit(evaluation.Tier.Limits[i].Name, evaluation[i].Remaining, evaluation[i].ResetSeconds));
        }

        return (allowed, remaining);
    }

    // A counter is named by tier, limit and window, not by the cost: several requests at once are one of their cost together.
    private static CompiledTier Scaled(CompiledTier tier, int cost)
    {
        var limits = new List<LimitDocument>(tier.Limits.Count);
        foreach (var limit in tier.Limits)
        {
            if ((long)limit.Cost * cost > limit.Limit)
            {
                throw new DomainException(
                    ApiKeyErrors.Invalid, $"The limit '{limit.Name}' of the tier '{tier.Name}' never lets {cost} requests pass at once.", "/cost");
            }

            limits.Add(limit with { Cost = limit.Cost * cost });
        }

        return new CompiledTier(tier.Id, tier.Name, tier.IsDefault, limits);
    }

    // As the edge counts addresses: IPv4 mapped into IPv6, and the first half of an IPv6 address.
    private static UInt128 AddressOf(string? ip)
    {
        if (ip is null)
        {
            return default;
        }

        var address = IPAddress.Parse(ip);
        var mapped = address.IsIPv4MappedToIPv6 || address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;
        var value = BinaryPrimitives.ReadUInt128BigEndian(address.MapToIPv6().GetAddressBytes());
        return mapped ? value : value >> 64 << 64;
    }
}
