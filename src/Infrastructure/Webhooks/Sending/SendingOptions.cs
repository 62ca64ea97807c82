using System.ComponentModel.DataAnnotations;
using System.Net;
using DataHub.Application.Abstractions;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Webhooks.Sending;

/// <summary>Where webhooks may be sent, and through how many connections.</summary>
[ConfigurationSection("Webhooks")]
internal sealed class SendingOptions
{
    /// <summary>
    /// Networks that endpoints may stand in although they are private, such as <c>10.1.0.0/16</c>, <c>127.0.0.0/8</c> or <c>fd12:3456::/48</c>. Empty:
    /// public addresses only. Link-local addresses and those of cloud metadata services are refused either way.
    /// </summary>
    [MaxLength(100)]
    public IList<string> AllowedNetworks { get; init; } = [];

    /// <summary>Ports that endpoints may have: 1 to 65535. Empty: all but those of other well-known services, such as 22, 25 or 6379.</summary>
    [MaxLength(100)]
    public IList<int> AllowedPorts { get; init; } = [];

    /// <summary>
    /// Most connections to one host and port from each node: 1 to 10,000, default 1,000. What one endpoint may have is its own setting; this is for
    /// hosts that many endpoints share.
    /// </summary>
    [Range(1, 10_000)]
    public int MaxConnectionsPerHost { get; init; } = 1_000;

    /// <summary>Most client certificates whose connections are kept open on each node: 1 to 1,000, default 100.</summary>
    [Range(1, 1_000)]
    public int MaxClientCertificates { get; init; } = 100;

    /// <summary>A file of certificates in PEM form whose holders are trusted as authorities besides those of the system. Empty: only those.</summary>
    public string TrustedAuthorities { get; init; } = "";

    /// <summary>Whether endpoints may be plain http: set from <c>DataHub:Webhooks:AllowHttp</c>, which belongs to the subscriptions.</summary>
    internal bool AllowHttp { get; set; }
}

/// <summary>Refuses networks that are none, networks that are never called, ports out of range and a file that is not there.</summary>
internal sealed class SendingOptionsRules : IValidateOptions<SendingOptions>
{
    public ValidateOptionsResult Validate(string? name, SendingOptions options)
    {
        var faults = options.AllowedNetworks.Where(n => !IPNetwork.TryParse(n, out _)).Select(n => $"AllowedNetworks: '{n}' is not a network such as 10.1.0.0/16.")
            .Concat(options.AllowedPorts.Where(p => p is < 1 or > 65_535).Select(p => $"AllowedPorts: {p} is not a port."))
            .ToList();
        if (options.TrustedAuthorities.Length > 0 && !File.Exists(options.TrustedAuthorities))
        {
            faults.Add("TrustedAuthorities: there is no such file.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
