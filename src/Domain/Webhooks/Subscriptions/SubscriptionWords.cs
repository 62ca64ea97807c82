namespace DataHub.Domain.Webhooks.Subscriptions;

/// <summary>In what order deliveries of a subscription are sent.</summary>
public enum DeliveryOrder
{
    /// <summary>As they become due, several at once.</summary>
    None = 0,

    /// <summary>One at a time, in the order of the events; a failing one holds the others back until it is delivered or exhausted.</summary>
    Fifo = 1,
}

/// <summary>What a subscriber gets.</summary>
public enum PayloadMode
{
    /// <summary>The whole event.</summary>
    Full = 0,

    /// <summary><c>{type, timestamp, data: {id, href}}</c>; the rest is fetched with the subscriber's own key.</summary>
    Thin = 1,
}

/// <summary>Why a subscription gets nothing.</summary>
public enum DisabledReason
{
    /// <summary>Somebody switched it off.</summary>
    Manual = 0,

    /// <summary>The endpoint answered 410.</summary>
    Gone = 1,

    /// <summary>Nothing succeeded for days.</summary>
    Failing = 2,
}
