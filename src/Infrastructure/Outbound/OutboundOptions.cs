using DataHub.Application.Abstractions;

namespace DataHub.Infrastructure.Outbound;

/// <summary>Where the gateway itself may call: identity providers and other addresses that administrators configure. Upstreams only where that is said; webhooks have rules of their own.</summary>
[ConfigurationSection("Outbound")]
internal sealed class OutboundOptions
{
    /// <summary>
    /// True: loopback and private addresses may be called, since identity providers often live there. Link-local addresses and those of cloud
    /// metadata services are refused either way.
    /// </summary>
    public bool AllowPrivate { get; init; } = true;

    /// <summary>
    /// True: upstreams are called under the same rules, for gateways whose routes are written by people who must not reach the networks around it.
    /// Default false: upstreams are called wherever they are.
    /// </summary>
    public bool GuardUpstreams { get; init; }
}
