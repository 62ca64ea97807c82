using DataHub.Gateway.Api.Bodies;
using DataHub.Gateway.Api.Errors;

namespace DataHub.Gateway.Api.Admin;

/// <summary>A body of unknown length that fails once it is longer than a bound.</summary>
/// <param name="inner">The server's body.</param>
/// <param name="limit">The bound in bytes.</param>
internal sealed class BoundedBody(Stream inner, long limit) : WatchedBody(inner)
{
    private long _read;

    /// <inheritdoc/>
    /// <exception cref="BadHttpRequestException">413: the body is longer than the bound.</exception>
    protected override void Took(int bytes)
    {
        _read += bytes;
        if (_read > limit)
        {
            throw new BadHttpRequestException(RequestBodyProblems.TooLarge(limit).Detail!, StatusCodes.Status413PayloadTooLarge);
        }
    }
}
