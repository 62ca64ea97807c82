using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.TestKit.Builders;

/// <summary>A valid consumer, with what a test cares about changed.</summary>
public sealed class ConsumerBuilder
{
    private readonly ConsumerId _id = new(Guid.CreateVersion7());
    private ConsumerSegment _segment = ConsumerSegment.Partner;
    private RateLimitTierId? _tierId;
    private string? _name;

    public ConsumerBuilder Named(string name)
    {
        _name = name;
        return this;
    }

    public ConsumerBuilder In(ConsumerSegment segment)
    {
        _segment = segment;
        return this;
    }

    public ConsumerBuilder InTier(RateLimitTierId tierId)
    {
        _tierId = tierId;
        return this;
    }

    public Consumer Build() => Consumer.Create(
        _id, new ConsumerSettings(_name ?? $"consumer {_id}", _segment, null, _tierId, new Dictionary<string, string>()), ApiKeyBuilder.Noon);
}
