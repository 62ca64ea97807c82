using System.Buffers;
using Yarp.ReverseProxy.Forwarder;

namespace DataHub.Gateway.Api.Proxy.Forwarding;

/// <summary>The target of the request to the upstream, in origin form (RFC 9112 §3.2.1).</summary>
internal static class UpstreamTarget
{
    // What stands for itself, decoded or not (RFC 3986 §3.3, §3.4).
    private static readonly SearchValues<char> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,=:@/?");

    /// <summary>Writes path and query.</summary>
    /// <param name="http">The caller's request.</param>
    /// <param name="stripPrefix">Prefix taken off the path; null for none.</param>
    /// <param name="destination">The destination's address, which may have a path of its own.</param>
    /// <param name="basePath">That path, without a slash at its end.</param>
    /// <param name="head">Takes the target.</param>
    public static void Write(HttpRequest http, string? stripPrefix, string destination, string basePath, HeadWriter head)
    {
        var path = http.Path.Value.AsSpan();
        if (stripPrefix is not null && http.Path.StartsWithSegments(stripPrefix))
        {
            path = path[stripPrefix.Length..];
        }

        var query = http.QueryString.Value.AsSpan();
        if (path.ContainsAnyExcept(Plain) || path.Contains('?') || query.ContainsAnyExcept(Plain) || (path.IsEmpty && basePath.Length > 0))
        {
            // What was decoded must be encoded again, just as YARP does it.
            head.Write(RequestUtilities.MakeDestinationAddress(destination, path.ToString(), http.QueryString).PathAndQuery);
            return;
        }

        head.Write(basePath);
        head.Write(path.IsEmpty ? "/" : path);
        head.Write(query);
    }
}
