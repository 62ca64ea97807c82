using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Routing.Apis;

/// <summary>An API that the gateway offers: a base path under which routes stand.</summary>
public sealed class PublishedApi : AggregateRoot<ApiId>, ITenantOwned
{
    private PublishedApi(ApiId id, DateTimeOffset now) : base(id, now)
    {
    }

    private PublishedApi()
    {
    }

    /// <inheritdoc/>
    public TenantId TenantId { get; private set; }

    /// <summary>Name for people.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Unique name for paths and logs.</summary>
    public string Slug { get; private set; } = "";

    /// <summary>What it is for.</summary>
    public string Description { get; private set; } = "";

    /// <summary>The base path as set; null for the default.</summary>
    public string? BasePath { get; private set; }

    /// <summary>False takes all its routes out of service.</summary>
    public bool Enabled { get; private set; }

    /// <summary>Free notes.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; private set; } = ResourceMetadata.None;

    /// <summary>Makes an API.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="definition">What the administrator set.</param>
    /// <param name="now">UTC instant.</param>
    /// <returns>The API.</returns>
    /// <exception cref="DomainException"><see cref="RoutingErrors.Invalid"/> with every mistake.</exception>
    public static PublishedApi Create(ApiId id, ApiDefinition definition, DateTimeOffset now)
    {
        var api = new PublishedApi(id, now);
        api.Replace(definition, now);
        return api;
    }

    /// <summary>Replaces everything that can be set.</summary>
    /// <param name="definition">The new state.</param>
    /// <param name="now">UTC instant.</param>
    /// <exception cref="DomainException"><see cref="RoutingErrors.Invalid"/> with every mistake; nothing was changed.</exception>
    public void Replace(ApiDefinition definition, DateTimeOffset now)
    {
        RoutingErrors.ThrowIfAny(definition.Check());
        Name = definition.Name;
        Slug = definition.Slug;
        Description = definition.Description;
        BasePath = definition.BasePath;
        Enabled = definition.Enabled;
        Metadata = definition.Metadata ?? ResourceMetadata.None;
        Touch(now);
    }

    /// <summary>The state as an administrator would set it.</summary>
    /// <returns>A definition that <see cref="Replace"/> takes.</returns>
    public ApiDefinition ToDefinition() => new(Name, Slug, Description, BasePath, Enabled, Metadata);
}
