namespace DataHub.Domain.Webhooks.Deliveries;

/// <summary>
/// Stops calling an endpoint that does not answer, and finds out with one attempt at a time whether it does again. Of one endpoint on one node;
/// not safe for concurrent use. Attempts that it refuses are not made and not counted.
/// </summary>
public sealed class Breaker
{
    /// <summary>Fewest attempts of the window that can open it.</summary>
    public const int LeastAttempts = 10;

    /// <summary>Share of failing attempts that opens it.</summary>
    public const double FailingShare = 0.8;

    /// <summary>Time that the share is taken over: 60 s.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    /// <summary>Time that it is open at first: 30 s; twice as long each time the probe fails.</summary>
    public static readonly TimeSpan ShortestOpen = TimeSpan.FromSeconds(30);

    /// <summary>Longest time that it is open: 10 min.</summary>
    public static readonly TimeSpan LongestOpen = TimeSpan.FromMinutes(10);

    private const int Slots = 12;
    private static readonly long SlotTicks = Window.Ticks / Slots;

    private readonly int[] _attempts = new int[Slots];
    private readonly int[] _failures = new int[Slots];
    private long _slot;

    /// <summary>Goes on from what was kept; a probe that was under way then is forgotten.</summary>
    /// <param name="state">What was kept; default: closed.</param>
    public Breaker(BreakerState state = default) => State = Settled(state);

    /// <summary>What to keep of it.</summary>
    public BreakerState State { get; private set; }

    /// <summary>Takes over what another node found out; counts start anew.</summary>
    /// <param name="state">What was kept.</param>
    public void Adopt(BreakerState state)
    {
        State = Settled(state);
        Clear();
    }

    /// <summary>Whether <see cref="TryEnter"/> would refuse.</summary>
    /// <param name="now">UTC instant.</param>
    public bool Refuses(DateTimeOffset now) => State.Phase == BreakerPhase.HalfOpen || (State.Phase == BreakerPhase.Open && now < State.OpenUntil);

    /// <summary>Asks for leave to make an attempt; hand what it returns to <see cref="Record"/> or <see cref="Abandon"/>.</summary>
    /// <param name="now">UTC instant.</param>
    public BreakerPass TryEnter(DateTimeOffset now)
    {
        if (State.Phase == BreakerPhase.Closed)
        {
            return BreakerPass.Normal;
        }

        if (Refuses(now))
        {
            return BreakerPass.Refused;
        }

        State = State with { Phase = BreakerPhase.HalfOpen };
        return BreakerPass.Probe;
    }

    /// <summary>Takes in a result.</summary>
    /// <param name="pass">What <see cref="TryEnter"/> gave.</param>
    /// <param name="facts">What came of the attempt.</param>
    /// <param name="now">UTC instant of its end.</param>
    public BreakerChange Record(BreakerPass pass, AttemptFacts facts, DateTimeOffset now)
    {
        if (facts.Class == AttemptClass.Internal)
        {
            Abandon(pass);
            return BreakerChange.None;
        }

        var failing = IsFailing(facts);
        if (pass == BreakerPass.Probe)
        {
            return State.Phase == BreakerPhase.HalfOpen ? Probed(failing, now) : BreakerChange.None;
        }

        // What was under way when it opened tells nothing new.
        if (State.Phase != BreakerPhase.Closed)
        {
            return BreakerChange.None;
        }

        Count(failing, now);
        return failing && Trips() ? Open(now) : BreakerChange.None;
    }

    /// <summary>The attempt was not made or its result is not known: the next one may be the probe.</summary>
    /// <param name="pass">What <see cref="TryEnter"/> gave.</param>
    public void Abandon(BreakerPass pass)
    {
        if (pass == BreakerPass.Probe && State.Phase == BreakerPhase.HalfOpen)
        {
            State = State with { Phase = BreakerPhase.Open };
        }
    }

    /// <summary>Whether a result tells that the endpoint does not answer: no connection, no token for it, no answer in time, 408, 429, 5xx. Other 4xx are answers.</summary>
    /// <param name="facts">What came of the attempt.</param>
    public static bool IsFailing(AttemptFacts facts) => facts.Class switch
    {
        AttemptClass.Dns or AttemptClass.Connect or AttemptClass.Tls or AttemptClass.Timeout or AttemptClass.Protocol or AttemptClass.Throttled or AttemptClass.Authentication => true,
        AttemptClass.Status => facts.Status is 408 or 429 or >= 500,
        _ => false,
    };

    private BreakerChange Probed(bool failing, DateTimeOffset now)
    {
        if (failing)
        {
            return Open(now);
        }

        State = default;
        Clear();
        return BreakerChange.Closed;
    }

    private BreakerChange Open(DateTimeOffset now)
    {
        var opens = State.ConsecutiveOpens + 1;
        var time = ShortestOpen * Math.Pow(2, Math.Min(opens - 1, 10));
        State = new(BreakerPhase.Open, now + (time < LongestOpen ? time : LongestOpen), opens);
        Clear();
        return BreakerChange.Opened;
    }

    private bool Trips()
    {
        var (attempts, failures) = (_attempts.Sum(), _failures.Sum());
        return attempts >= LeastAttempts && failures >= attempts * FailingShare;
    }

    private void Count(bool failing, DateTimeOffset now)
    {
        var slot = now.UtcTicks / SlotTicks;
        for (var passed = Math.Min(slot - _slot, Slots); passed > 0; passed--)
        {
            var old = (slot - passed + 1) % Slots;
            (_attempts[old], _failures[old]) = (0, 0);
        }

        // A clock that was put back counts into the newest slot.
        _slot = Math.Max(_slot, slot);
        _attempts[_slot % Slots]++;
        _failures[_slot % Slots] += failing ? 1 : 0;
    }

    private void Clear()
    {
        Array.Clear(_attempts);
        Array.Clear(_failures);
    }

    private static BreakerState Settled(BreakerState state) => state.Phase == BreakerPhase.HalfOpen ? state with { Phase = BreakerPhase.Open } : state;
}
