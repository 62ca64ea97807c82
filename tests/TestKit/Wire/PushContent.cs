using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Threading.Channels;

namespace DataHub.TestKit.Wire;

/// <summary>A body of unknown length that a test sends part by part.</summary>
public sealed class PushContent : HttpContent
{
    private readonly Channel<byte[]> _parts = Channel.CreateUnbounded<byte[]>();

    public PushContent() => Headers.ContentType = new MediaTypeHeaderValue("text/plain");

    public async Task PushAsync(string text) => await _parts.Writer.WriteAsync(Encoding.UTF8.GetBytes(text));

    public void Complete() => _parts.Writer.Complete();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // The head goes out at once, also when the first part is still to come.
        await stream.FlushAsync(cancellationToken);
        await foreach (var part in _parts.Reader.ReadAllAsync(cancellationToken))
        {
            await stream.WriteAsync(part, cancellationToken);
            await stream.FlushAsync(cancellationToken);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
