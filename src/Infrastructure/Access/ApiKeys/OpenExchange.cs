using System.Net;
using DataHub.Application.Access.ApiKeys;
using DataHub.Application.Access.Contracts;
using DataHub.Domain.SharedKernel;

namespace DataHub.Infrastructure.Access.ApiKeys;

/// <summary>One watched exchange. Closing and disposing exclude each other, so that nothing touches a request that is over.</summary>
internal sealed class OpenExchange(CallerRecord caller, IPAddress clientIp, Action<string> close, TimeProvider clock, Action<OpenExchange> forget) : IDisposable
{
    // A timer takes less than 50 days; a longer wait is taken in steps.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(20);

    // A plain answer whose length is not announced is over within this time, and must not be torn when its key ends meanwhile.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly long _openedAt = clock.GetTimestamp();
    private ITimer? _timer;
    private CallerRecord _caller = caller;
    private bool _gone;
    private bool _over;

    public Guid KeyId => _caller.KeyId.Value;

    public string KeyIdText => _caller.KeyIdText;

    public int SecretVersion => _caller.SecretVersion;

    public bool IsOf(string id) => _caller.KeyIdText == id || _caller.ConsumerIdText == id;

    /// <summary>Begins to watch for the end of the secret.</summary>
    public void Start() => Decide(_caller);

    /// <summary>Decides again by what is known now; closes when the caller would not be let in.</summary>
    /// <param name="current">The record as it stands; null when the key is gone.</param>
    public void Decide(CallerRecord? current)
    {
        var now = clock.GetUtcNow();
        var code = current is null ? ErrorCodes.ApiKeyRevoked : KeyAdmissionPolicy.Decide(current, clientIp, now).Code;
        lock (_gate)
        {
            if (_over)
            {
                return;
            }

            if (code is null)
            {
                _caller = current!;
                ArmForEnd(now);
            }
            else if (Moment - clock.GetElapsedTime(_openedAt) is var rest && rest > TimeSpan.Zero)
            {
                // Decided again then, by what is known then.
                _caller = current ?? _caller;
                _gone |= current is null;
                Arm(rest);
            }
            else
            {
                _over = true;
                _timer?.Dispose();
                close(code);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _over = true;
            _timer?.Dispose();
        }

        forget(this);
    }

    private void ArmForEnd(DateTimeOffset now)
    {
        if (_caller.ExpiresAt is { } end)
        {
            Arm(end - now);
        }
        else
        {
            _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private void Arm(TimeSpan wait)
    {
        // A millisecond late rather than early: a timer that fires before the end would have to be set again.
        wait += TimeSpan.FromMilliseconds(1);
        wait = wait < LongestWait ? wait : LongestWait;
        if (_timer is null)
        {
            _timer = clock.CreateTimer(static state => ((OpenExchange)state!).OnTime(), this, wait, Timeout.InfiniteTimeSpan);
        }
        else
        {
            _timer.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnTime() => Decide(_gone ? null : _caller);
}
