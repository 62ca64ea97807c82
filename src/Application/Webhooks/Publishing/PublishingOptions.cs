using DataHub.Application.Abstractions;

namespace DataHub.Application.Webhooks.Publishing;

/// <summary>What may be published.</summary>
[ConfigurationSection("Webhooks")]
public sealed class PublishingOptions
{
    /// <summary>
    /// True: only events whose type is registered can be published, so that a misspelt type is refused rather than delivered to nobody. Default false: a type
    /// that nobody registered is taken unchecked. The gateway's own types are published by nobody else either way.
    /// </summary>
    public bool RequireRegisteredTypes { get; init; }
}
