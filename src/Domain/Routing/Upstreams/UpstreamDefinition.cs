using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Routing.Upstreams;

/// <summary>Everything about an upstream that an administrator sets.</summary>
/// <param name="Name">Unique, 1 to 100 characters.</param>
/// <param name="LoadBalancing">Default <c>power-of-two</c>.</param>
/// <param name="Destinations">At most 100; none means that every request is answered 503. Default none.</param>
/// <param name="HttpVersion"><c>1.1</c> (default) or <c>2</c>: by prior knowledge to <c>http://</c>, negotiated (ALPN) with <c>https://</c>.</param>
/// <param name="ConnectTimeoutMs">Milliseconds to connect: 100 to 60000, default 5000.</param>
/// <param name="TimeoutSeconds">Seconds without a byte in either direction, while the upstream is waited for, after which the exchange ends: 1 to 86400, default 100.</param>
/// <param name="Metadata">Free notes, at most 50. Default none.</param>
public sealed record UpstreamDefinition(
    string Name,
    LoadBalancing LoadBalancing = LoadBalancing.PowerOfTwo,
    IReadOnlyList<Destination>? Destinations = null,
    string HttpVersion = UpstreamDefinition.Http11,
    int ConnectTimeoutMs = 5000,
    int TimeoutSeconds = 100,
    IReadOnlyDictionary<string, string>? Metadata = null)
{
    /// <summary>HTTP/1.1.</summary>
    public const string Http11 = "1.1";

    /// <summary>HTTP/2.</summary>
    public const string Http2 = "2";

    /// <summary>Most destinations.</summary>
    public const int MaxDestinations = 100;

    /// <summary>Every mistake in the fields.</summary>
    /// <returns>Empty when all is well.</returns>
    public IReadOnlyList<DomainFault> Check()
    {
        var faults = new List<DomainFault>();
        ResourceName.Check(Name, "/name", faults);
        if (!Enum.IsDefined(LoadBalancing))
        {
            faults.Add(new DomainFault("/loadBalancing", "invalid", "The load balancing policy is not known."));
        }

        if (HttpVersion is not (Http11 or Http2))
        {
            faults.Add(new DomainFault("/httpVersion", "invalid", "httpVersion must be \"1.1\" or \"2\"."));
        }

        if (ConnectTimeoutMs is < 100 or > 60_000)
        {
            faults.Add(new DomainFault("/connectTimeoutMs", "out_of_range", "connectTimeoutMs must be from 100 to 60000."));
        }

        if (TimeoutSeconds is < 1 or > 86_400)
        {
            faults.Add(new DomainFault("/timeoutSeconds", "out_of_range", "timeoutSeconds must be from 1 to 86400."));
        }

        CheckDestinations(Destinations ?? [], faults);
        ResourceMetadata.Check(Metadata, faults);
        return faults;
    }

    private static void CheckDestinations(IReadOnlyList<Destination> destinations, List<DomainFault> faults)
    {
        if (destinations.Count > MaxDestinations)
        {
            faults.Add(new DomainFault("/destinations", "too_many", $"An upstream has at most {MaxDestinations} destinations."));
        }

        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < destinations.Count; i++)
        {
            if (destinations[i] is not { } destination)
            {
                faults.Add(new DomainFault($"/destinations/{i}", "required", "A destination must not be null."));
                continue;
            }

            destination.Check($"/destinations/{i}", faults);
            if (!names.Add(destination.Name ?? ""))
            {
                faults.Add(new DomainFault($"/destinations/{i}/name", "duplicate", $"Another destination is named '{destination.Name}' already."));
            }
        }
    }
}
