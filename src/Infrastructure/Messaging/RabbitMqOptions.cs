using System.ComponentModel.DataAnnotations;
using DataHub.Application.Abstractions;

namespace DataHub.Infrastructure.Messaging;

/// <summary>The RabbitMQ that carries messages between nodes. Without one they find work by looking, within a second.</summary>
[ConfigurationSection("RabbitMq")]
internal sealed class RabbitMqOptions
{
    /// <summary>Host name or address; empty (default) for none: messages stay in the process.</summary>
    public string Host { get; init; } = "";

    /// <summary>Its port: 1 to 65535, default 5672.</summary>
    [Range(1, 65535)]
    public int Port { get; init; } = 5672;

    /// <summary>The virtual host, default <c>/</c>.</summary>
    [Required]
    public string VirtualHost { get; init; } = "/";

    /// <summary>User name, default <c>guest</c>.</summary>
    [Required]
    public string UserName { get; init; } = "guest";

    /// <summary>Password, default <c>guest</c>.</summary>
    [SecretSetting]
    public string Password { get; init; } = "guest";

    /// <summary>True: TLS to the broker.</summary>
    public bool Tls { get; init; }
}
