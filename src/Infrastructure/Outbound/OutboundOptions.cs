using DataHub.Application.Abstractions;

namespace DataHub.Infrastructure.Outbound;

/// <summary>Where the gateway itself may call: identity providers and other addresses that administrators configure. Upstreams are not meant.</summary>
[ConfigurationSection("Outbound")]
internal sealed class OutboundOptions
{
    /// <summary>
    /// True: loopback and private addresses may be called, since identity providers often live there. Link-local addresses and those of cloud
    /// metadata services are refused either way.
    /// </summary>
    public bool AllowPrivate { get; init; } = true;
}
