using Yarp.ReverseProxy.Forwarder;

namespace DataHub.Gateway.Api.Proxy.Forwarding;

/// <summary>Tells the stages why forwarding failed.</summary>
/// <param name="error">Where.</param>
/// <param name="exception">The cause; null for none.</param>
internal sealed class ForwardingFailure(ForwarderError error, Exception? exception) : IForwarderErrorFeature
{
    /// <inheritdoc/>
    public ForwarderError Error => error;

    /// <inheritdoc/>
    public Exception? Exception => exception;
}
