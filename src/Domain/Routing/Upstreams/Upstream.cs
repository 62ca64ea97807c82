using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Routing.Upstreams;

/// <summary>A service behind the gateway: its addresses and how they are spoken to.</summary>
public sealed class Upstream : AggregateRoot<UpstreamId>, ITenantOwned
{
    private Upstream(UpstreamId id, DateTimeOffset now) : base(id, now)
    {
    }

    private Upstream()
    {
    }

    /// <inheritdoc/>
    public TenantId TenantId { get; private set; }

    /// <summary>Unique name.</summary>
    public string Name { get; private set; } = "";

    /// <summary>How a destination is chosen.</summary>
    public LoadBalancing LoadBalancing { get; private set; }

    /// <summary>The addresses, in the order given.</summary>
    public IReadOnlyList<Destination> Destinations { get; private set; } = [];

    /// <summary><c>1.1</c> or <c>2</c>.</summary>
    public string HttpVersion { get; private set; } = UpstreamDefinition.Http11;

    /// <summary>Milliseconds to connect.</summary>
    public int ConnectTimeoutMs { get; private set; }

    /// <summary>Seconds without a byte after which an exchange ends.</summary>
    public int TimeoutSeconds { get; private set; }

    /// <summary>Free notes.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; private set; } = ResourceMetadata.None;

    /// <summary>Makes an upstream.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="definition">What the administrator set.</param>
    /// <param name="now">UTC instant.</param>
    /// <returns>The upstream.</returns>
    /// <exception cref="DomainException"><see cref="RoutingErrors.Invalid"/> with every mistake.</exception>
    public static Upstream Create(UpstreamId id, UpstreamDefinition definition, DateTimeOffset now)
    {
        var upstream = new Upstream(id, now);
        upstream.Replace(definition, now);
        return upstream;
    }

    /// <summary>Replaces everything that can be set.</summary>
    /// <param name="definition">The new state.</param>
    /// <param name="now">UTC instant.</param>
    /// <exception cref="DomainException"><see cref="RoutingErrors.Invalid"/> with every mistake; nothing was changed.</exception>
    public void Replace(UpstreamDefinition definition, DateTimeOffset now)
    {
        RoutingErrors.ThrowIfAny(definition.Check());
        Name = definition.Name;
        LoadBalancing = definition.LoadBalancing;
        Destinations = [.. definition.Destinations ?? []];
        HttpVersion = definition.HttpVersion;
        ConnectTimeoutMs = definition.ConnectTimeoutMs;
        TimeoutSeconds = definition.TimeoutSeconds;
        Metadata = definition.Metadata ?? ResourceMetadata.None;
        Touch(now);
    }

    /// <summary>Adds an address at the end.</summary>
    /// <param name="destination">The address.</param>
    /// <param name="now">UTC instant.</param>
    /// <exception cref="DomainException"><see cref="RoutingErrors.NameTaken"/> or <see cref="RoutingErrors.Invalid"/>; nothing was changed.</exception>
    public void AddDestination(Destination destination, DateTimeOffset now)
    {
        var faults = new List<DomainFault>();
        destination.Check("", faults);
        RoutingErrors.ThrowIfAny(faults);
        if (Destinations.Any(d => Same(d.Name, destination.Name)))
        {
            throw new DomainException(RoutingErrors.NameTaken, $"The upstream has a destination named '{destination.Name}' already.", "/name");
        }

        Replace(ToDefinition() with { Destinations = [.. Destinations, destination] }, now);
    }

    /// <summary>Takes an address away.</summary>
    /// <param name="name">Its name, in any case.</param>
    /// <param name="now">UTC instant.</param>
    /// <exception cref="DomainException"><see cref="RoutingErrors.NotFound"/>.</exception>
    public void RemoveDestination(string name, DateTimeOffset now)
    {
        var rest = Destinations.Where(d => !Same(d.Name, name)).ToList();
        if (rest.Count == Destinations.Count)
        {
            throw new DomainException(RoutingErrors.NotFound, $"The upstream has no destination named '{name}'.");
        }

        Destinations = rest;
        Touch(now);
    }

    /// <summary>The state as an administrator would set it.</summary>
    /// <returns>A definition that <see cref="Replace"/> takes.</returns>
    public UpstreamDefinition ToDefinition() =>
        new(Name, LoadBalancing, Destinations, HttpVersion, ConnectTimeoutMs, TimeoutSeconds, Metadata);

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
