using DataHub.Application.Traffic.Contracts;

namespace DataHub.Application.Traffic.RateLimits;

/// <summary>Decides over all limits of a request: by the shared counts where there are any, else by those of this node.</summary>
/// <param name="stores">The counts of this node and of all nodes.</param>
/// <param name="onStoreFailure">What a request gets while the shared counts are away.</param>
/// <param name="tallies">Counts the decisions.</param>
internal sealed class RateLimitPolicy(CounterStores stores, StoreFailureAnswer onStoreFailure, RateLimitTallies tallies) : IRateLimitPolicy
{
    private readonly ILocalCounters _local = stores.Local;
    private readonly ISharedCounters? _shared = stores.Shared;

    /// <inheritdoc/>
    public ValueTask<bool> DecideAsync(RateLimitEvaluation evaluation, CancellationToken cancellationToken)
    {
        evaluation.Allowed = true;
        evaluation.Degraded = false;
        evaluation.RetryAfterSeconds = 0;
        evaluation.Count = evaluation.Tier.Compiled.Length;
        if (evaluation.Count == 0)
        {
            return new ValueTask<bool>(true);
        }

        if (_shared is null)
        {
            return new ValueTask<bool>(Conclude(evaluation, _local.Decide(evaluation, NodeShare.Whole)));
        }

        var verdict = _shared.DecideAsync(evaluation, cancellationToken);
        return verdict.IsCompletedSuccessfully
            ? new ValueTask<bool>(Conclude(evaluation, verdict.Result))
            : AwaitAsync(evaluation, verdict);
    }

    private async ValueTask<bool> AwaitAsync(RateLimitEvaluation evaluation, ValueTask<CounterVerdict> verdict) =>
        Conclude(evaluation, await verdict);

    private bool Conclude(RateLimitEvaluation evaluation, CounterVerdict verdict)
    {
        if (verdict == CounterVerdict.Unavailable)
        {
            verdict = DecideAlone(evaluation);
        }

        evaluation.Allowed = verdict == CounterVerdict.Allowed;
        if (evaluation.Allowed)
        {
            evaluation.RetryAfterSeconds = 0;
        }

        tallies.Count(evaluation);
        return evaluation.Allowed;
    }

    private CounterVerdict DecideAlone(RateLimitEvaluation evaluation)
    {
        evaluation.Degraded = true;
        switch (onStoreFailure)
        {
            case StoreFailureAnswer.Allow:
                // Nothing is known, so nothing is shown.
                evaluation.Count = 0;
                return CounterVerdict.Allowed;
            case StoreFailureAnswer.Deny:
                evaluation.Count = 0;
                evaluation.RetryAfterSeconds = 1;
                return CounterVerdict.Denied;
            default:
                return _local.Decide(evaluation, _shared!.Share);
        }
    }
}
