using System.Text;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Webhooks.Deliveries;

/// <summary>Against a value computed elsewhere; packages of third parties verify what is sent in tests/WebhookVerifiers.</summary>
public class StandardWebhooksTests
{
    private const string Id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private const long Timestamp = 1614265330;
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("{\"test\": 2432232314}");

    // The example of the specification.
    [Test]
    public void Sign_ExampleOfTheSpecification_GivesItsSignature() =>
        Sign(Key("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).Should().Be("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");

    [Test]
    public void Sign_SeveralKeys_SeparatesBySpaces()
    {
        var (a, b) = (Key("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), Key("BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"));
        Sign(a, b).Should().Be($"{Sign(a)} {Sign(b)}");
    }

    [Test]
    public void Sign_IdWithADotOrNoKey_IsRefused()
    {
        var dotted = () => StandardWebhooks.Sign("a.b", Timestamp, Body, [Key("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]);
        var keyless = () => Sign();
        dotted.Should().Throw<ArgumentException>();
        keyless.Should().Throw<ArgumentException>();
    }

    private static string Sign(params ReadOnlyMemory<byte>[] keys) => StandardWebhooks.Sign(Id, Timestamp, Body, keys);

    private static ReadOnlyMemory<byte> Key(string base64) => WebhookSecret.TryParse("whsec_" + base64, out var key) ? key : throw new ArgumentException("not a secret", nameof(base64));
}
