namespace DataHub.TestKit.Clocks;

/// <summary>The clock of a machine that is wrong by some time; what it measures is right.</summary>
public sealed class ShiftedClock(TimeSpan by) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
}
