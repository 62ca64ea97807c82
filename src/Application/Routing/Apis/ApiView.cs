using System.Text.Json.Serialization;
using DataHub.Domain.Routing.Apis;

namespace DataHub.Application.Routing.Apis;

/// <summary>An API as it is shown.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Name for people.</param>
/// <param name="Slug">Unique name for paths and logs.</param>
/// <param name="Description">What it is for.</param>
/// <param name="BasePath">The base path that applies.</param>
/// <param name="Enabled">False while all its routes are out of service.</param>
/// <param name="Metadata">Free notes.</param>
/// <param name="CreatedAt">UTC instant.</param>
/// <param name="UpdatedAt">UTC instant.</param>
/// <param name="Version">The entity tag without its quotes.</param>
public sealed record ApiView(
    string Id,
    string Name,
    string Slug,
    string Description,
    string BasePath,
    bool Enabled,
    IReadOnlyDictionary<string, string> Metadata,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    long Version)
{
    /// <summary>The state that PUT would take: without a base path when it is the default, so that it follows the slug.</summary>
    [JsonIgnore]
    public ApiDefinition Definition { get; init; } = null!; // Not "required": the serialiser refuses that beside JsonIgnore. Of sets it.

    /// <summary>Shows an API.</summary>
    /// <param name="api">The API.</param>
    /// <param name="changed">True when the change is not saved yet, which will raise the version.</param>
    /// <returns>What is shown.</returns>
    public static ApiView Of(PublishedApi api, bool changed = false)
    {
        var definition = api.ToDefinition();
        return new ApiView(
            api.Id.ToString(), api.Name, api.Slug, api.Description, definition.EffectiveBasePath(), api.Enabled, api.Metadata, api.CreatedAt, api.UpdatedAt,
            api.Version + (changed ? 1 : 0))
        {
            Definition = definition,
        };
    }
}
