using DataHub.Application.Abstractions;
using DataHub.Application.Access.ApiKeys;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Access.ApiKeys;
using MediatR;

namespace DataHub.Application.Access.KeyLifecycle;

/// <summary>Something about the traffic of a key that was never so before.</summary>
/// <param name="KeyId">The key.</param>
/// <param name="Code">What kind of thing.</param>
/// <param name="Message">One sentence for people.</param>
public sealed record KeyAnomaly(ApiKeyId KeyId, KeyHealthCode Code, string Message);

/// <summary>Computes the health of keys from the request log, inside the transaction of the command.</summary>
public interface IKeyTraffic
{
    /// <summary>Reads the next stretch of the log and renews the findings.</summary>
    /// <param name="until">UTC instant up to which the log is complete.</param>
    /// <param name="now">UTC instant.</param>
    /// <param name="cancellationToken">Ends the computation.</param>
    /// <returns>What is new and unusual, and whether there is more of the log to read; null while another node is at it.</returns>
    Task<(IReadOnlyList<KeyAnomaly> Anomalies, bool More)?> ComputeAsync(DateTimeOffset until, DateTimeOffset now, CancellationToken cancellationToken);
}

/// <summary>Renews the health of keys, and tells of what is unusual. One node does it at a time.</summary>
/// <param name="Delay">How long request logs get to arrive before they are read.</param>
public sealed record ComputeKeyHealth(TimeSpan Delay) : ICommand<bool>;

internal sealed class ComputeKeyHealthHandler(IKeyTraffic traffic, IApiKeyRepository keys, IEventPublisher events, WriteContext write, TimeProvider clock)
    : IRequestHandler<ComputeKeyHealth, bool>
{
    /// <summary>Whether there is more to read.</summary>
    public async Task<bool> Handle(ComputeKeyHealth request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (await traffic.ComputeAsync(now - request.Delay, now, cancellationToken) is not var (anomalies, more))
        {
            return false;
        }

        foreach (var anomaly in anomalies)
        {
            if (await keys.FindAsync(anomaly.KeyId, cancellationToken) is { } key)
            {
                write.Tenant = key.TenantId;
                events.Publish(KeyEvents.Anomaly, KeyEventData.Of(key) with { Finding = anomaly.Code == KeyHealthCode.Spike ? "spike" : "new-network", Reason = anomaly.Message });
            }
        }

        return more;
    }
}
