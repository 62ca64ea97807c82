namespace DataHub.Domain.Webhooks.Deliveries;

/// <summary>What made an attempt happen. Stored as the number.</summary>
public enum DeliveryTrigger
{
    /// <summary>The event itself, and its retries.</summary>
    Event = 0,

    /// <summary>A person or a caller asked for this one again.</summary>
    Resend = 1,

    /// <summary>A job that sends many again.</summary>
    Recover = 2,

    /// <summary>A test of the endpoint.</summary>
    Test = 3,
}

/// <summary>Which queue of an endpoint a delivery waits in; each has its share of the slots. Stored as the number.</summary>
public enum DeliveryLane
{
    /// <summary>First attempts and the first two retries.</summary>
    Fresh = 0,

    /// <summary>Later retries.</summary>
    Retry = 1,

    /// <summary>What is sent again.</summary>
    Replay = 2,
}

/// <summary>How a delivery ended. Stored as the number.</summary>
public enum DeliveryOutcome
{
    /// <summary>The endpoint answered 2xx.</summary>
    Delivered = 0,

    /// <summary>Every attempt of the schedule failed.</summary>
    Failed = 1,

    /// <summary>Not sent: the key was revoked or its scopes no longer allow the type, or the subscription was deleted.</summary>
    Discarded = 2,

    /// <summary>Not sent: the gateway itself failed on it again and again.</summary>
    Quarantined = 3,

    /// <summary>Not sent: the subscription stayed disabled for too long.</summary>
    Expired = 4,
}

/// <summary>What became of one attempt, without telling what a connection saw. Stored as the number.</summary>
public enum AttemptClass
{
    /// <summary>2xx.</summary>
    Success = 0,

    /// <summary>Another status than 2xx, 3xx, 410, 429 and 503.</summary>
    Status = 1,

    /// <summary>3xx; not followed.</summary>
    Redirect = 2,

    /// <summary>410: the endpoint is gone.</summary>
    Gone = 3,

    /// <summary>429, or 503 with Retry-After: the endpoint asks for patience.</summary>
    Throttled = 4,

    /// <summary>The address may not be called.</summary>
    Blocked = 5,

    /// <summary>The name has no address.</summary>
    Dns = 6,

    /// <summary>No connection.</summary>
    Connect = 7,

    /// <summary>No TLS session.</summary>
    Tls = 8,

    /// <summary>Not done in time.</summary>
    Timeout = 9,

    /// <summary>The connection ended early, or what came was not HTTP.</summary>
    Protocol = 10,

    /// <summary>No token could be had for the endpoint (OAuth 2.0 client credentials).</summary>
    Authentication = 11,

    /// <summary>A fault of the gateway's own: never charged to the endpoint.</summary>
    Internal = 12,
}
