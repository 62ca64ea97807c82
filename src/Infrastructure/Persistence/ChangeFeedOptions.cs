using System.ComponentModel.DataAnnotations;
using DataHub.Application.Abstractions;

namespace DataHub.Infrastructure.Persistence;

/// <summary>How a node hears of changes made on other nodes.</summary>
[ConfigurationSection("Database")]
internal sealed class ChangeFeedOptions
{
    /// <summary>Seconds between two looks for changes whose notification was missed: 0.1 to 60, default 2.</summary>
    [Range(0.1, 60)]
    public double PollSeconds { get; set; } = 2;
}
