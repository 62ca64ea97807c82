using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Routing.Upstreams;

/// <summary>One address of an upstream.</summary>
/// <param name="Name">Unique in the upstream, whatever the case.</param>
/// <param name="Url">Absolute <c>http</c> or <c>https</c> URL; a path is put in front of the request's. No user, query or fragment.</param>
/// <param name="Weight">0 to 1000, default 1; only <see cref="LoadBalancing.Weighted"/> looks at it.</param>
/// <param name="Enabled">False takes it out of rotation; default true.</param>
public sealed record Destination(string Name, string Url, int Weight = 1, bool Enabled = true)
{
    /// <summary>Greatest weight.</summary>
    public const int MaxWeight = 1000;

    /// <summary>Most characters of a URL.</summary>
    public const int MaxUrlLength = 2000;

    /// <summary>Checks the fields.</summary>
    /// <param name="pointer">Where the destination stands, such as <c>/destinations/0</c>; empty when it is the body itself.</param>
    /// <param name="faults">Takes what is wrong.</param>
    public void Check(string pointer, ICollection<DomainFault> faults)
    {
        ResourceName.Check(Name, pointer + "/name", faults);
        if (Name is { } name && name.Contains('/', StringComparison.Ordinal))
        {
            faults.Add(new DomainFault(pointer + "/name", "invalid", "A destination's name is part of a path; it has no '/'."));
        }

        if (UrlMistake(Url) is { } mistake)
        {
            faults.Add(new DomainFault(pointer + "/url", "invalid_url", mistake));
        }

        if (Weight is < 0 or > MaxWeight)
        {
            faults.Add(new DomainFault(pointer + "/weight", "out_of_range", $"A weight is a whole number from 0 to {MaxWeight}."));
        }
    }

    private static string? UrlMistake(string? url)
    {
        if (string.IsNullOrEmpty(url))
        {
            return "A URL is needed, such as http://orders.internal:8080.";
        }

        if (url.Length > MaxUrlLength)
        {
            return $"A URL has at most {MaxUrlLength} characters.";
        }

        if (url.Any(c => c <= ' ' || c == '\\' || c >= 127)
            || !Uri.TryCreate(url, UriKind.Absolute, out var uri)
            || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
            || uri.Host.Length == 0)
        {
            return "The URL must be absolute and begin with http:// or https://, such as http://orders.internal:8080.";
        }

        if (uri.UserInfo.Length > 0 || url.Contains('@', StringComparison.Ordinal))
        {
            return "The URL must not carry a user name or password.";
        }

        return url.Contains('?', StringComparison.Ordinal) || url.Contains('#', StringComparison.Ordinal)
            ? "The URL must not have a query or a fragment."
            : null;
    }
}
