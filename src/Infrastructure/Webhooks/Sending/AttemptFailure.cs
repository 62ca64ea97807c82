using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Infrastructure.Outbound;

namespace DataHub.Infrastructure.Webhooks.Sending;

/// <summary>No credential could be had for an endpoint. The message holds no secret.</summary>
/// <param name="message">What happened.</param>
/// <param name="inner">What caused it; may be null.</param>
internal sealed class EndpointSignInException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Why there was no answer: a class, and a sentence that holders of the subscription may read.</summary>
/// <param name="Class">What became of the attempt.</param>
/// <param name="Sentence">For people.</param>
internal readonly record struct AttemptFailure(AttemptClass Class, string Sentence)
{
    private const string NoNetwork = "The gateway has no way to the network.";

    /// <summary>The name server does not answer: a fault of ours.</summary>
    public static AttemptFailure NameServerAway => new(AttemptClass.Internal, "The gateway's name server does not answer.");

    /// <summary>Judges what was thrown.</summary>
    /// <param name="thrown">What was thrown.</param>
    /// <param name="timeout">The time that the attempt had.</param>
    public static AttemptFailure Of(Exception thrown, TimeSpan timeout)
    {
        // What is a fault of ours stays one, also where it kept a token away: it is not charged to the endpoint.
        for (var e = thrown; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case HostUnknownException { ResolverAway: true }:
                    return NameServerAway;
                case SocketException { SocketErrorCode: var code } when thrown is EndpointSignInException && OwnFaults.Is(code):
                    return new(AttemptClass.Internal, NoNetwork);
            }
        }

        for (var e = thrown; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case OutboundRefusedException:
                    return new(AttemptClass.Blocked, WebhookCallRules.Refusal);
                case HostUnknownException:
                    return new(AttemptClass.Dns, "The name of the endpoint has no address.");
                case EndpointSignInException:
                    return new(AttemptClass.Authentication, e.Message);
                case CryptographicException:
                    return new(AttemptClass.Authentication, "The client certificate of the endpoint cannot be used.");
            }
        }

        return thrown switch
        {
            OperationCanceledException { InnerException: TimeoutException } or HttpRequestException { InnerException: TimeoutException } =>
                new(AttemptClass.Timeout, "No connection to the endpoint in time."),
            OperationCanceledException => new(AttemptClass.Timeout, string.Create(CultureInfo.InvariantCulture, $"Not done within {timeout.TotalSeconds:0.###} s.")),
            HttpRequestException http => OfHttp(http),
            AuthenticationException => Tls,
            SocketException or IOException => new(AttemptClass.Protocol, "The connection ended before the answer was complete."),
            _ => new(AttemptClass.Internal, "The gateway could not make the request."),
        };
    }

    private static AttemptFailure Tls => new(AttemptClass.Tls, "No TLS session with the endpoint: the certificate is not valid for it, or the handshake failed.");

    private static AttemptFailure OfHttp(HttpRequestException e) => e switch
    {
        { HttpRequestError: HttpRequestError.SecureConnectionError } or { InnerException: AuthenticationException } => Tls,
        { HttpRequestError: HttpRequestError.ConnectionError, InnerException: SocketException socket } when OwnFaults.Is(socket.SocketErrorCode) =>
            new(AttemptClass.Internal, NoNetwork),
        { HttpRequestError: HttpRequestError.ConnectionError } => new(AttemptClass.Connect, "No connection to the endpoint."),
        { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => new(AttemptClass.Protocol, "The headers of the answer are too long."),
        { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError } => new(AttemptClass.Protocol, "What came was not HTTP."),
        _ => new(AttemptClass.Protocol, "The connection ended before the answer was complete."),
    };

    /// <summary>The class of an answer.</summary>
    /// <param name="status">Its status.</param>
    /// <param name="retryAfter">What it asks for.</param>
    public static AttemptClass ClassOf(HttpStatusCode status, TimeSpan? retryAfter) => (int)status switch
    {
        >= 200 and < 300 => AttemptClass.Success,
        >= 300 and < 400 => AttemptClass.Redirect,
        410 => AttemptClass.Gone,
        429 => AttemptClass.Throttled,
        503 when retryAfter is not null => AttemptClass.Throttled,
        _ => AttemptClass.Status,
    };
}
