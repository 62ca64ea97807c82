using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Webhooks.Subscriptions;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Webhooks.Sending;

/// <summary>The clients that attempts go through: one for all, and one for each certificate of the gateway's, of which the least recently used is closed.</summary>
internal sealed class WebhookClients(WebhookHandlers handlers, IOptions<SendingOptions> options) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Entry> _recent = [];
    private readonly Dictionary<SubscriptionId, LinkedListNode<Entry>> _entries = [];
    private readonly HttpMessageInvoker _shared = new(handlers.Create());

    /// <summary>The client for an endpoint; dispose the lease when the answer has been read.</summary>
    /// <param name="target">The endpoint.</param>
    /// <exception cref="CryptographicException">Its certificate cannot be used.</exception>
    public Lease Rent(SubscriptionTarget target) =>
        target.Authentication is EndpointAuthentication.MutualTls certificate ? Rent(target.Id, certificate) : new Lease(this, _shared, null);

    public void Dispose()
    {
        _shared.Dispose();
        lock (_gate)
        {
            foreach (var entry in _recent)
            {
                entry.Client.Dispose();
            }

            _recent.Clear();
            _entries.Clear();
        }
    }

    private Lease Rent(SubscriptionId id, EndpointAuthentication.MutualTls certificate)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(id, out var node) && node.Value.Certificate == certificate)
            {
                _recent.Remove(node);
                _recent.AddFirst(node);
            }
            else
            {
                if (node is not null)
                {
                    Forget(node);
                }

                node = _recent.AddFirst(new Entry(id, certificate, new HttpMessageInvoker(handlers.Create(Open(certificate)))));
                _entries[id] = node;
                if (_recent.Count > options.Value.MaxClientCertificates)
                {
                    Forget(_recent.Last!);
                }
            }

            node.Value.Uses++;
            return new Lease(this, node.Value.Client, node.Value);
        }
    }

    private void Return(Entry entry)
    {
        lock (_gate)
        {
            if (--entry.Uses == 0 && entry.Forgotten)
            {
                entry.Client.Dispose();
            }
        }
    }

    // One that is in use is closed by the last who uses it.
    private void Forget(LinkedListNode<Entry> node)
    {
        _recent.Remove(node);
        _entries.Remove(node.Value.Id);
        node.Value.Forgotten = true;
        if (node.Value.Uses == 0)
        {
            node.Value.Client.Dispose();
        }
    }

    private static SslStreamCertificateContext Open(EndpointAuthentication.MutualTls certificate)
    {
        var own = X509Certificate2.CreateFromPem(certificate.CertificatePem, certificate.KeyPem.Value);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(certificate.CertificatePem);
        return SslStreamCertificateContext.Create(own, chain, offline: true);
    }

    /// <summary>Leave to use a client.</summary>
    internal readonly struct Lease(WebhookClients owner, HttpMessageInvoker client, Entry? entry) : IDisposable
    {
        public HttpMessageInvoker Client => client;

        public void Dispose()
        {
            if (entry is not null)
            {
                owner.Return(entry);
            }
        }
    }

    internal sealed class Entry(SubscriptionId id, EndpointAuthentication.MutualTls certificate, HttpMessageInvoker client)
    {
        public SubscriptionId Id => id;

        public EndpointAuthentication.MutualTls Certificate => certificate;

        public HttpMessageInvoker Client => client;

        public int Uses { get; set; }

        public bool Forgotten { get; set; }
    }
}
