using System.Globalization;
using System.Net;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace DataHub.Infrastructure.Redis;

/// <summary>Refuses a connection string that the client cannot use, without repeating it. The client itself would only say so when it connects.</summary>
internal sealed class RedisOptionsRules : IValidateOptions<RedisOptions>
{
    public ValidateOptionsResult Validate(string? name, RedisOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.ConnectionString))
        {
            return ValidateOptionsResult.Success;
        }

        var items = options.ConnectionString.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var hosts = items.Where(item => !item.Contains('=', StringComparison.Ordinal)).ToList();
        if (hosts.Count == 0 || !hosts.TrueForAll(IsHost))
        {
            return ValidateOptionsResult.Fail("ConnectionString: must name host:port, several separated by commas.");
        }

        try
        {
            _ = ConfigurationOptions.Parse(options.ConnectionString);
            return ValidateOptionsResult.Success;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            return ValidateOptionsResult.Fail("ConnectionString: has an option that is not known, or a value that does not fit it (host:port,password=…,ssl=true).");
        }
    }

    private static bool IsHost(string text)
    {
        if (IPAddress.TryParse(text, out _))
        {
            return true;
        }

        var colon = text.LastIndexOf(':');
        var host = colon < 0 ? text : text[..colon];
        return Uri.CheckHostName(host) != UriHostNameType.Unknown
            && (colon < 0 || (ushort.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0));
    }
}
