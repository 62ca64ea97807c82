using System.ComponentModel.DataAnnotations;
using DataHub.Application.Abstractions;

namespace DataHub.Infrastructure.Access.KeyLifecycle;

/// <summary>How often the gateway looks after keys by itself.</summary>
[ConfigurationSection("KeyLifecycle")]
internal sealed class KeyLifecycleOptions
{
    /// <summary>Seconds between two looks for keys that end soon, have ended, or are due for rotation: 1 to 3,600, default 60.</summary>
    [Range(1, 3_600)]
    public int SweepSeconds { get; init; } = 60;

    /// <summary>Seconds between two computations of the health of keys from the request log: 1 to 86,400, default 300.</summary>
    [Range(1, 86_400)]
    public int HealthSeconds { get; init; } = 300;

    /// <summary>
    /// Seconds that request logs get to arrive before they are read for the health of keys: 0 to 600, default 20. What arrives later counts too; with less than
    /// 12, some of what is on its way when its place is read may not.
    /// </summary>
    [Range(0, 600)]
    public int HealthDelaySeconds { get; init; } = 20;
}
