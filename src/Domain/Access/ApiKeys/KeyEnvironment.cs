namespace DataHub.Domain.Access.ApiKeys;

/// <summary>What a key may be used for; the word stands in the secret itself.</summary>
public enum KeyEnvironment
{
    /// <summary>Proxied traffic: <c>dh_live_…</c>.</summary>
    Live,

    /// <summary>Proxied traffic of tests: <c>dh_test_…</c>.</summary>
    Test,

    /// <summary>The admin API: <c>dh_admin_…</c>.</summary>
    Admin,
}

/// <summary>What a key is good for at an instant; the first that applies, from the top.</summary>
public enum KeyStatus
{
    /// <summary>Refused for ever.</summary>
    Revoked,

    /// <summary>Past its end.</summary>
    Expired,

    /// <summary>Switched off by an administrator.</summary>
    Disabled,

    /// <summary>Accepted.</summary>
    Active,
}
