using DataHub.Application.Observability.Contracts;
using DataHub.Gateway.Api.Bodies;

namespace DataHub.Gateway.Api.Proxy.Edge;

/// <summary>Counts the bytes of a request body whose length was not announced.</summary>
/// <param name="inner">The server's body.</param>
/// <param name="record">Where the count goes.</param>
internal sealed class CountingRequestBody(Stream inner, RequestRecord record) : WatchedBody(inner)
{
    /// <inheritdoc/>
    protected override void Took(int bytes) => record.RequestBytes += bytes;
}
