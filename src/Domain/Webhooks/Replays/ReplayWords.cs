namespace DataHub.Domain.Webhooks.Replays;

/// <summary>What a job sends again.</summary>
public enum ReplayKind
{
    /// <summary>What ended in one of the asked ways, and not better since.</summary>
    Ended = 0,

    /// <summary>Events that were wanted and never delivered: stored while the subscription was disabled, or before it was there.</summary>
    Missed = 1,
}

/// <summary>How far a job has come.</summary>
public enum ReplayState
{
    /// <summary>Nothing was done yet.</summary>
    Waiting = 0,

    /// <summary>Page after page is put into the queue.</summary>
    Running = 1,

    /// <summary>Everything is in the queue.</summary>
    Done = 2,

    /// <summary>Somebody ended it.</summary>
    Cancelled = 3,

    /// <summary>It failed again and again.</summary>
    Failed = 4,
}
