using DataHub.Application.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>The nodes that live, as of the last look, and which endpoints are this one's.</summary>
internal sealed class DeliveryNodes
{
    private sealed record View(Guid Self, Guid[] Nodes);

    private View _view = new(Guid.Empty, []);

    /// <summary>Whether other nodes live.</summary>
    public bool Several => Volatile.Read(ref _view).Nodes.Length > 1;

    /// <summary>Whether this node looks after an endpoint.</summary>
    /// <param name="subscription">The endpoint.</param>
    public bool IsMine(SubscriptionId subscription)
    {
        var view = Volatile.Read(ref _view);
        return view.Nodes.Length <= 1 || NodeAssignment.IsMine(subscription, view.Self, view.Nodes);
    }

    /// <summary>Takes in who lives.</summary>
    /// <param name="self">This node.</param>
    /// <param name="nodes">All of them.</param>
    public void Set(Guid self, Guid[] nodes)
    {
        Array.Sort(nodes);
        Volatile.Write(ref _view, new View(self, nodes));
    }
}
