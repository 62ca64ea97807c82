using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Infrastructure.Outbound;
using DataHub.Infrastructure.Webhooks.Sending;
using DataHub.TestKit.Tls;
using FluentAssertions;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Sending;

/// <summary>Which clients with certificates are kept open, and when they are closed.</summary>
public class WebhookClientsTests
{
    private TestAuthority _authority = null!;
    private WebhookClients _clients = null!;
    private SubscriptionTarget _a = null!, _b = null!, _c = null!, _d = null!;

    [SetUp]
    public void Open()
    {
        _authority = new TestAuthority();
        var options = Options.Create(new SendingOptions { MaxClientCertificates = 2 });
        _clients = new WebhookClients(new WebhookHandlers(new OutboundConnector(new ScriptedNames(), TimeProvider.System), new WebhookCallRules(options), options, TimeProvider.System), options);
        (_a, _b, _c, _d) = (Target(1), Target(2), Target(3), Target(4));
    }

    [TearDown]
    public void Close()
    {
        _clients.Dispose();
        _authority.Dispose();
    }

    [Test]
    public void Rent_OneMoreThanFit_ClosesTheLeastRecentlyUsed()
    {
        var (a, b) = (Used(_a), Used(_b));
        Used(_a).Should().BeSameAs(a, "it is kept");

        Used(_c);

        Used(_a).Should().BeSameAs(a, "it was used after the other");
        IsClosed(b).Should().BeTrue();
        Used(_b).Should().NotBeSameAs(b);
    }

    [Test]
    public void Rent_WhileAnotherIsInUse_ClosesThatWhenItsLastUserIsDone()
    {
        var (first, second) = (_clients.Rent(_a), _clients.Rent(_a));
        Used(_b);
        Used(_c);
        Used(_d);
        IsClosed(first.Client).Should().BeFalse("two attempts go on");
        first.Dispose();
        IsClosed(second.Client).Should().BeFalse("one attempt goes on");
        second.Dispose();
        IsClosed(second.Client).Should().BeTrue();
    }

    [Test]
    public void Rent_WithAnotherCertificate_GetsAnotherClient()
    {
        var before = Used(_a);
        var (certificate, key) = _authority.Issue("gateway-new");

        var after = Used(_a with { Authentication = new EndpointAuthentication.MutualTls(certificate, new ClearText(key)) });

        after.Should().NotBeSameAs(before);
        IsClosed(before).Should().BeTrue("what the old certificate opened is not used again");
    }

    [Test]
    public void Rent_WithoutACertificate_SharesOneClientThatStays()
    {
        var plain = Used(_a with { Authentication = EndpointAuthentication.None });
        Used(_b with { Authentication = EndpointAuthentication.None }).Should().BeSameAs(plain);
        Used(_a).Should().NotBeSameAs(plain);
        IsClosed(plain).Should().BeFalse();
    }

    [Test]
    public void Dispose_ClosesAll()
    {
        var (a, plain) = (Used(_a), Used(_a with { Authentication = EndpointAuthentication.None }));
        _clients.Dispose();
        (IsClosed(a), IsClosed(plain)).Should().Be((true, true));
    }

    private HttpMessageInvoker Used(SubscriptionTarget target)
    {
        using var lease = _clients.Rent(target);
        return lease.Client;
    }

    private static bool IsClosed(HttpMessageInvoker client)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "https://nobody.test/");
            _ = client.SendAsync(request, new CancellationToken(true)).ContinueWith(t => _ = t.Exception, TaskScheduler.Default);
            return false;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    private SubscriptionTarget Target(int number)
    {
        var (certificate, key) = _authority.Issue($"gateway-{number}");
        return SenderHarness.Target("https://partner.test/") with
        {
            Id = new SubscriptionId(new Guid(number, 0, 0, new byte[8])), Authentication = new EndpointAuthentication.MutualTls(certificate, new ClearText(key)),
        };
    }
}
