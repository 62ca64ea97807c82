using Microsoft.Extensions.Primitives;

namespace DataHub.Gateway.Api.Proxy.Forwarding;

/// <summary>Takes the header fields of a request to an upstream, in their order. Implemented by structs, so that the rules are compiled for each.</summary>
internal interface IUpstreamFields
{
    /// <summary>Adds a field as the caller sent it.</summary>
    /// <param name="name">A token (RFC 9110 §5.6.2).</param>
    /// <param name="values">One value a line; may be empty.</param>
    void Add(string name, StringValues values);

    /// <summary>Adds a field of the gateway's own; one with a line break or NUL in it is left out.</summary>
    /// <param name="name">A token (RFC 9110 §5.6.2).</param>
    /// <param name="value">The value.</param>
    void Set(string name, string value);
}
