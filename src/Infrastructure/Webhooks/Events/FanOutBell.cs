using DataHub.Infrastructure.Persistence;
using DataHub.Infrastructure.Webhooks.Doorbells;
using Microsoft.EntityFrameworkCore;

namespace DataHub.Infrastructure.Webhooks.Events;

/// <summary>Says after the commit of a command that it published events, so that their delivery does not wait for the next look at the queue. Scoped to one request.</summary>
internal sealed class FanOutBell(IDoorbell doorbell) : ICommitStep
{
    private bool _published;

    /// <summary>The running command published an event.</summary>
    public void Published() => _published = true;

    public void OnSaving(DbContext context)
    {
    }

    public Task BeforeCommitAsync(DataHubDbContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    public void Committed()
    {
        if (_published)
        {
            doorbell.RingFanOut();
        }
    }

    public void Discard() => _published = false;
}
