namespace DataHub.Application.Webhooks.Deliveries;

/// <summary>Attempts a second of one endpoint: tokens come at a rate, up to those of one second. Not safe for concurrent use.</summary>
public sealed class TokenRate
{
    private double _tokens;
    private double _rate;
    private DateTimeOffset _at;

    /// <summary>How many attempts may begin now.</summary>
    /// <param name="rate">Attempts a second.</param>
    /// <param name="now">Instant of a clock that does not go back.</param>
    public int Available(double rate, DateTimeOffset now)
    {
        var most = Math.Max(1, rate);
        if (_rate == 0)
        {
            _tokens = most;
        }
        else if (now > _at)
        {
            _tokens += (now - _at).TotalSeconds * rate;
        }

        (_rate, _at, _tokens) = (rate, now, Math.Min(_tokens, most));
        return (int)Math.Floor(_tokens + 1e-9);
    }

    /// <summary>Time until the next attempt may begin, as of the last <see cref="Available"/>.</summary>
    public TimeSpan Wait => _tokens >= 1 || _rate <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds((1 - _tokens) / _rate);

    /// <summary>Takes tokens, or gives back those that were not used.</summary>
    /// <param name="count">How many; below zero to give back.</param>
    public void Take(int count) => _tokens -= count;
}
