using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Filters;
using DataHub.Domain.Webhooks.Mapping;

namespace DataHub.Domain.Webhooks.Subscriptions;

/// <summary>The bounds of every field of a subscription.</summary>
internal static class SubscriptionRules
{
    private const int MaxWordLength = 200;
    private const int MaxCertificateLength = 32 * 1024;

    /// <summary>Every mistake.</summary>
    /// <param name="d">What is checked.</param>
    /// <param name="allowHttp">True: plain http is allowed too.</param>
    public static List<DomainFault> Check(SubscriptionDefinition d, bool allowHttp)
    {
        var faults = new List<DomainFault>();
        if (MistakeInUrl(d.Url, allowHttp) is { } mistake)
        {
            faults.Add(new DomainFault("/url", "invalid_url", mistake));
        }

        CheckTypes(d.EventTypes, faults);
        if (d.Description is { } text && (text.Length > SubscriptionDefinition.MaxDescriptionLength || text.Any(char.IsControl)))
        {
            faults.Add(new DomainFault("/description", "too_long", $"A description has at most {SubscriptionDefinition.MaxDescriptionLength} characters, none of them a control character."));
        }

        CheckNumbers(d, faults);
        CheckRetries(d, faults);
        if (d.Filter is { } filter)
        {
            _ = PayloadFilter.Parse(filter, "/filter", faults);
        }

        if (d.Mapping is { } mapping)
        {
            _ = PayloadMapping.Parse(mapping, "/mapping", faults);
            if (d.Payload == PayloadMode.Thin)
            {
                faults.Add(new DomainFault("/mapping", "exclusive", "A thin payload is not mapped; take payload 'full', or leave mapping out."));
            }
        }

        CheckSignIn(d.SignIn ?? new EndpointSignIn(), faults, allowHttp);
        return faults;
    }

    /// <summary>What is wrong with the URL of an endpoint. Where it leads is judged when it is called, by address.</summary>
    public static string? MistakeInUrl(string? text, bool allowHttp)
    {
        const string Form = "such as https://example.com/hooks";
        if (string.IsNullOrEmpty(text) || text.Length > SubscriptionDefinition.MaxUrlLength || text.Any(c => c <= ' ' || char.IsControl(c)))
        {
            return $"A URL has 1 to {SubscriptionDefinition.MaxUrlLength} characters without spaces, {Form}.";
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Host.Length == 0 || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp))
        {
            return $"The URL must be absolute, {Form}.";
        }

        if (url.Scheme == Uri.UriSchemeHttp && !allowHttp)
        {
            return "The URL must be https; plain http is not allowed here.";
        }

        return url.UserInfo.Length > 0 || HasAtSign(text) ? "The URL must not hold a user name; set authentication instead."
            : text.Contains('#', StringComparison.Ordinal) ? "The URL must not have a fragment (#…)."
            : url.Port is < 1 or > 65_535 ? "The URL's port must be 1 to 65535."
            : null;
    }

    // A user name that is empty is not in what the platform reads of the URL.
    private static bool HasAtSign(string url)
    {
        var begin = url.IndexOf(':', StringComparison.Ordinal) + 1;
        while (begin < url.Length && url[begin] is '/' or '\\')
        {
            begin++;
        }

        var rest = url.AsSpan(begin);
        var end = rest.IndexOfAny("/\\?#");
        return rest[..(end < 0 ? rest.Length : end)].Contains('@');
    }

    private static void CheckTypes(IReadOnlyList<string>? types, List<DomainFault> faults)
    {
        if (types is not { Count: > 0 and <= SubscriptionDefinition.MaxEventTypes })
        {
            faults.Add(new DomainFault("/eventTypes", "out_of_range", $"Name 1 to {SubscriptionDefinition.MaxEventTypes} event types; \"*\" stands for all."));
            return;
        }

        for (var i = 0; i < types.Count; i++)
        {
            if (!EventTypePattern.IsPattern(types[i]))
            {
                faults.Add(new DomainFault($"/eventTypes/{i}", "invalid_event_type", "An event type is words of a-z, 0-9 and _ joined by dots, such as order.created; order.* takes all below, * takes all."));
            }
        }

        if (types.Distinct(StringComparer.Ordinal).Count() != types.Count)
        {
            faults.Add(new DomainFault("/eventTypes", "duplicate", "An event type is named twice."));
        }
    }

    private static void CheckNumbers(SubscriptionDefinition d, List<DomainFault> faults)
    {
        if (d.TimeoutSeconds is < 1 or > SubscriptionDefinition.MaxTimeoutSeconds)
        {
            faults.Add(new DomainFault("/timeoutSeconds", "out_of_range", $"timeoutSeconds is 1 to {SubscriptionDefinition.MaxTimeoutSeconds}."));
        }

        if (d.MaxConcurrency is < 1 or > SubscriptionDefinition.MostConcurrency)
        {
            faults.Add(new DomainFault("/maxConcurrency", "out_of_range", $"maxConcurrency is 1 to {SubscriptionDefinition.MostConcurrency}."));
        }

        if (d.RatePerSecond is { } rate && !(rate >= 0.01 && rate <= SubscriptionDefinition.MostRatePerSecond))
        {
            faults.Add(new DomainFault("/ratePerSecond", "out_of_range", $"ratePerSecond is 0.01 to {SubscriptionDefinition.MostRatePerSecond}; leave it out for no bound."));
        }
    }

    private static void CheckRetries(SubscriptionDefinition d, List<DomainFault> faults)
    {
        if (d.ScheduleSeconds is { } schedule)
        {
            if (schedule.Count is < 1 or > SubscriptionDefinition.MaxSchedule || schedule.Any(s => s is < 0 or > SubscriptionDefinition.MaxWaitSeconds))
            {
                faults.Add(new DomainFault("/retry/scheduleSeconds", "out_of_range", $"A schedule has 1 to {SubscriptionDefinition.MaxSchedule} waits of 0 to {SubscriptionDefinition.MaxWaitSeconds} seconds."));
            }

            if (d.RetryCount is not null || d.RetryBaseSeconds is not null)
            {
                faults.Add(new DomainFault("/retry", "exclusive", "Give scheduleSeconds, or retryCount with baseSeconds, not both."));
            }

            return;
        }

        if (d.RetryCount is < 0 or > SubscriptionDefinition.MaxSchedule)
        {
            faults.Add(new DomainFault("/retry/retryCount", "out_of_range", $"retryCount is 0 to {SubscriptionDefinition.MaxSchedule}."));
        }

        if (d.RetryBaseSeconds is < 1 or > 3_600)
        {
            faults.Add(new DomainFault("/retry/baseSeconds", "out_of_range", "baseSeconds is 1 to 3600."));
        }

        if (d.RetryBaseSeconds is not null && d.RetryCount is null)
        {
            faults.Add(new DomainFault("/retry/baseSeconds", "exclusive", "baseSeconds makes sense with retryCount only."));
        }
    }

    private static void CheckSignIn(EndpointSignIn s, List<DomainFault> faults, bool allowHttp)
    {
        Word(s.User, "/authentication/user", EndpointSignInKind.Basic, required: true);
        if (s.Kind == EndpointSignInKind.Basic && s.User?.Contains(':', StringComparison.Ordinal) == true)
        {
            faults.Add(new DomainFault("/authentication/user", "invalid", "A user name for basic authentication has no colon."));
        }

        Word(s.ClientId, "/authentication/clientId", EndpointSignInKind.ClientCredentials, required: true);
        Word(s.Scope, "/authentication/scope", EndpointSignInKind.ClientCredentials, required: false);
        if (s.Kind == EndpointSignInKind.ClientCredentials)
        {
            if (MistakeInUrl(s.TokenUrl, allowHttp) is { } mistake)
            {
                faults.Add(new DomainFault("/authentication/tokenUrl", "invalid_url", mistake));
            }
        }
        else if (s.TokenUrl is not null)
        {
            faults.Add(Alien("/authentication/tokenUrl", EndpointSignInKind.ClientCredentials));
        }

        if (s.Kind == EndpointSignInKind.MutualTls)
        {
            if (s.Certificate is not { Length: > 0 and <= MaxCertificateLength } pem || !pem.Contains("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal)
                || pem.Any(c => char.IsControl(c) && c is not ('\r' or '\n' or '\t')))
            {
                faults.Add(new DomainFault("/authentication/certificate", "invalid", $"The certificate is PEM of at most {MaxCertificateLength} characters."));
            }
        }
        else if (s.Certificate is not null)
        {
            faults.Add(Alien("/authentication/certificate", EndpointSignInKind.MutualTls));
        }

        void Word(string? value, string pointer, EndpointSignInKind kind, bool required)
        {
            if (s.Kind != kind)
            {
                if (value is not null)
                {
                    faults.Add(Alien(pointer, kind));
                }
            }
            else if (value is null ? required : value.Length is 0 or > MaxWordLength || value.Any(char.IsControl))
            {
                faults.Add(new DomainFault(pointer, value is null ? "required" : "invalid", $"It has 1 to {MaxWordLength} characters, none of them a control character."));
            }
        }
    }

    private static DomainFault Alien(string pointer, EndpointSignInKind kind) =>
        new(pointer, "exclusive", $"This makes sense with kind '{(kind switch { EndpointSignInKind.Basic => "basic", EndpointSignInKind.MutualTls => "mutual-tls", _ => "client-credentials" })}' only.");
}
