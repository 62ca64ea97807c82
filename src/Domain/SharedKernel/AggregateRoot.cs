namespace DataHub.Domain.SharedKernel;

/// <summary>Something that happened to an aggregate.</summary>
public interface IDomainEvent
{
    /// <summary>UTC instant at which it happened.</summary>
    DateTimeOffset At { get; }
}

/// <summary>The untyped side of an aggregate, for persistence and preconditions.</summary>
public interface IAggregateRoot
{
    /// <summary>Counts committed changes, from 1; the entity tag of the resource.</summary>
    long Version { get; }

    /// <summary>What happened since the aggregate was loaded.</summary>
    IReadOnlyCollection<IDomainEvent> DomainEvents { get; }

    /// <summary>Forgets the events, after they were handed on.</summary>
    void ClearDomainEvents();
}

/// <summary>The root of a consistency boundary: changed as a whole, by its own methods only.</summary>
/// <typeparam name="TId">The id type.</typeparam>
public abstract class AggregateRoot<TId> : IAggregateRoot where TId : struct, IEntityId<TId>
{
    private readonly List<IDomainEvent> _events = [];

    /// <summary>Creates the root with its id.</summary>
    /// <param name="id">The id, for ever.</param>
    /// <param name="createdAt">UTC instant of creation.</param>
    protected AggregateRoot(TId id, DateTimeOffset createdAt) => (Id, CreatedAt, UpdatedAt) = (id, createdAt, createdAt);

    /// <summary>For the mapper.</summary>
    protected AggregateRoot()
    {
    }

    /// <summary>The stable id.</summary>
    public TId Id { get; private set; }

    /// <inheritdoc/>
    public long Version { get; private set; } = 1;

    /// <summary>UTC instant of creation.</summary>
    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>UTC instant of the last change.</summary>
    public DateTimeOffset UpdatedAt { get; private set; }

    /// <inheritdoc/>
    public IReadOnlyCollection<IDomainEvent> DomainEvents => _events;

    /// <inheritdoc/>
    public void ClearDomainEvents() => _events.Clear();

    /// <summary>Notes a change: sets <see cref="UpdatedAt"/>.</summary>
    /// <param name="now">UTC instant of the change.</param>
    protected void Touch(DateTimeOffset now) => UpdatedAt = now;

    /// <summary>Notes an event and the change it stands for.</summary>
    /// <param name="domainEvent">The event.</param>
    protected void Raise(IDomainEvent domainEvent)
    {
        Touch(domainEvent.At);
        _events.Add(domainEvent);
    }
}
