using System.ComponentModel.DataAnnotations;
using DataHub.Application.Abstractions;

namespace DataHub.Gateway.Api.Proxy;

/// <summary>What the edge accepts from the network, and whom it believes.</summary>
[ConfigurationSection("Edge")]
public sealed class EdgeOptions
{
    /// <summary>Addresses or networks (CIDR) of proxies whose <c>X-Forwarded-*</c> headers are believed, comma-separated. Default: none.</summary>
    public string TrustedProxies { get; set; } = "";

    /// <summary>Largest request body in mebibytes, 1 to 1,048,576, or 0 for no limit. Default 100.</summary>
    [Range(0, 1_048_576)]
    public int MaxRequestBodyMebibytes { get; set; } = 100;

    /// <summary>Largest head of a request (all header fields together) in kibibytes, 1 to 1,024. Default 32.</summary>
    [Range(1, 1_024)]
    public int MaxRequestHeadKibibytes { get; set; } = 32;

    /// <summary>Longest request line in kibibytes, 1 to 64. Default 8.</summary>
    [Range(1, 64)]
    public int MaxRequestLineKibibytes { get; set; } = 8;

    /// <summary>Most header fields of a request, 1 to 1,000. Default 100.</summary>
    [Range(1, 1_000)]
    public int MaxRequestHeaders { get; set; } = 100;

    /// <summary>Most connections at once, 0 for no limit. Default 0.</summary>
    [Range(0, 10_000_000)]
    public int MaxConnections { get; set; }
}
