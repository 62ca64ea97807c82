using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Webhooks.Subscriptions;

/// <summary>Everything of a subscription that is set from outside and may be shown; secrets, header values and credentials are sealed beside it.</summary>
/// <param name="Url">Where to: an absolute https URL, or http where the operator allows it; at most 2048 characters, no user name, no fragment.</param>
/// <param name="EventTypes">1 to 50 types and wildcards.</param>
/// <param name="Description">For people, at most 200 characters. Default none.</param>
/// <param name="Filter">Condition on the payload as JSON text; null: none.</param>
/// <param name="Mapping">How the payload is changed, as JSON text; null: not at all.</param>
/// <param name="Payload">Full (default) or thin.</param>
/// <param name="TimeoutSeconds">For a whole attempt: 1 to 30, default 15.</param>
/// <param name="MaxConcurrency">Most attempts at once: 1 to 100, default 10.</param>
/// <param name="RatePerSecond">Most attempts a second: 0.01 to 10000; null (default): no bound.</param>
/// <param name="ScheduleSeconds">Waits before each attempt: 1 to 20 of 0 to 86400 s; null: see <paramref name="RetryCount"/>.</param>
/// <param name="RetryCount">Retries after the first attempt, 0 to 20, with waits that double; null: the default schedule.</param>
/// <param name="RetryBaseSeconds">Wait before the first retry, 1 to 3600 s; default 5; with <paramref name="RetryCount"/> only.</param>
/// <param name="Order">None (default) or FIFO.</param>
/// <param name="AutoDisable">Default true; false: failures never disable it.</param>
/// <param name="HeaderNames">Names of the additional headers. Default none.</param>
/// <param name="SignIn">How the gateway signs in; null: not at all.</param>
public sealed record SubscriptionDefinition(
    string Url,
    IReadOnlyList<string> EventTypes,
    string? Description = null,
    string? Filter = null,
    string? Mapping = null,
    PayloadMode Payload = PayloadMode.Full,
    int TimeoutSeconds = 15,
    int MaxConcurrency = 10,
    double? RatePerSecond = null,
    IReadOnlyList<int>? ScheduleSeconds = null,
    int? RetryCount = null,
    int? RetryBaseSeconds = null,
    DeliveryOrder Order = DeliveryOrder.None,
    bool AutoDisable = true,
    IReadOnlyList<string>? HeaderNames = null,
    EndpointSignIn? SignIn = null)
{
    /// <summary>Most characters of a URL.</summary>
    public const int MaxUrlLength = 2048;

    /// <summary>Most characters of a description.</summary>
    public const int MaxDescriptionLength = 200;

    /// <summary>Most types and wildcards.</summary>
    public const int MaxEventTypes = 50;

    /// <summary>Most seconds of an attempt.</summary>
    public const int MaxTimeoutSeconds = 30;

    /// <summary>Most attempts at once.</summary>
    public const int MostConcurrency = 100;

    /// <summary>Most attempts a second.</summary>
    public const double MostRatePerSecond = 10_000;

    /// <summary>Most entries of a schedule, and most retries.</summary>
    public const int MaxSchedule = 20;

    /// <summary>Most seconds between two attempts: a day.</summary>
    public const int MaxWaitSeconds = 86_400;

    /// <summary>Wait before the first retry when only a number of retries is given.</summary>
    public const int DefaultRetryBaseSeconds = 5;

    /// <summary>Every mistake in the fields.</summary>
    /// <param name="allowHttp">True: plain http is allowed too.</param>
    /// <returns>Empty when all is well.</returns>
    public IReadOnlyList<DomainFault> Check(bool allowHttp) => SubscriptionRules.Check(this, allowHttp);

    /// <summary>The waits before each attempt, the first included; null: the default schedule.</summary>
    public IReadOnlyList<TimeSpan>? Schedule()
    {
        if (ScheduleSeconds is { } own)
        {
            return [.. own.Select(s => TimeSpan.FromSeconds(s))];
        }

        if (RetryCount is not { } retries)
        {
            return null;
        }

        var waits = new List<TimeSpan> { TimeSpan.Zero };
        double wait = RetryBaseSeconds ?? DefaultRetryBaseSeconds;
        for (var i = 0; i < retries; i++, wait *= 2)
        {
            waits.Add(TimeSpan.FromSeconds(Math.Min(wait, MaxWaitSeconds)));
        }

        return waits;
    }

    /// <summary>Scheme, host and port of the URL: what secrets were given for.</summary>
    public string Origin => Uri.TryCreate(Url, UriKind.Absolute, out var url) ? url.GetLeftPart(UriPartial.Authority) : Url;
}
