namespace DataHub.Gateway.Api.Proxy.Forwarding;

/// <summary>What becomes of a field of a response.</summary>
internal enum ResponseFieldUse : byte
{
    /// <summary>The caller gets it.</summary>
    Passed,

    /// <summary>It is for this hop only, or the gateway says it itself.</summary>
    Dropped,

    /// <summary><c>Connection</c>: whether the connection stays open, and which fields are for this hop only.</summary>
    Connection,

    /// <summary><c>Content-Length</c>.</summary>
    ContentLength,

    /// <summary><c>Transfer-Encoding</c>.</summary>
    TransferEncoding,
}

/// <summary>A field of a response.</summary>
/// <param name="Name">The name as the upstream sent it.</param>
/// <param name="Value">The value, without white space around it, each byte a character.</param>
/// <param name="Use">What becomes of it.</param>
/// <param name="Repeated">True when a field before it has the same name.</param>
internal readonly record struct ResponseField(string Name, string Value, ResponseFieldUse Use, bool Repeated);
