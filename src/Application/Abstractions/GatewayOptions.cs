using System.ComponentModel.DataAnnotations;

namespace DataHub.Application.Abstractions;

/// <summary>Where the gateway listens, and where it keeps its data.</summary>
[ConfigurationSection("Gateway")]
public sealed class GatewayOptions
{
    /// <summary>
    /// IP address to listen on, or <c>localhost</c> for both loopback addresses, or <c>*</c> for all. Loopback by default, so that
    /// nothing is exposed before it was meant to be; the container image sets <c>*</c>.
    /// </summary>
    [Required]
    public string Address { get; init; } = "localhost";

    /// <summary>TCP port for HTTP/1.1 (also <c>--port</c> and <c>DATAHUB_PORT</c>). 0 takes a free one.</summary>
    [Range(0, 65535)]
    public int Port { get; init; } = 3000;

    /// <summary>TCP port for HTTP/2 without TLS (prior knowledge, RFC 9113 §3.3). 0 opens none.</summary>
    [Range(0, 65535)]
    public int Http2Port { get; init; }

    /// <summary>TCP port for HTTP/1.1 and HTTP/2 over TLS. 0 opens none; otherwise a certificate is needed.</summary>
    [Range(0, 65535)]
    public int TlsPort { get; init; }

    /// <summary>Path of the certificate chain for <see cref="TlsPort"/>, in PEM.</summary>
    public string? TlsCertificatePath { get; init; }

    /// <summary>Path of the private key that belongs to <see cref="TlsCertificatePath"/>, in PEM, not encrypted.</summary>
    public string? TlsKeyPath { get; init; }

    /// <summary>
    /// TCP port on which alone the admin API, the pages of the gateway and the API description are served then; the other ports answer 404 for them.
    /// 0 serves them on every port.
    /// </summary>
    [Range(0, 65535)]
    public int AdminPort { get; init; }

    /// <summary>
    /// Folder for what must outlive the process (also <c>DATAHUB_DATA</c>): snapshot, secrets, spool, private PostgreSQL. One
    /// process at a time. A relative path starts at the working directory.
    /// </summary>
    [Required]
    public string DataPath { get; init; } = ".datahub";

    /// <summary>Name of this node in logs and metrics: letters, digits, <c>.</c>, <c>_</c>, <c>-</c>. When empty, the host's name and four random characters.</summary>
    [RegularExpression("^[A-Za-z0-9._-]{0,64}$")]
    public string NodeName { get; set; } = "";

    /// <summary>Seconds that requests in flight get to finish when the process is told to stop, counted from the end of <see cref="DrainSeconds"/>.</summary>
    [Range(0, 600)]
    public int ShutdownSeconds { get; init; } = 15;

    /// <summary>
    /// Seconds, 0 to 600, default 0, that the process goes on serving after it was told to stop, while <c>/health/ready</c> answers 503:
    /// set it to a little more than the interval of the load balancer's probes.
    /// </summary>
    [Range(0, 600)]
    public int DrainSeconds { get; init; }
}
