using DataHub.Application.Observability.Telemetry;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Application.UnitTests.Observability.Telemetry;

public sealed class RedactionTests
{
    [TestCase("", "")]
    [TestCase("page=2&size=10", "page=2&size=10")]
    [TestCase("key=abc", "key=[redacted]")]
    [TestCase("?api_key=abc&page=2", "?api_key=[redacted]&page=2")]
    [TestCase("a=1&API-KEY=abc&b=2", "a=1&API-KEY=[redacted]&b=2")]
    [TestCase("apiKey=abc;token=x", "apiKey=[redacted];token=[redacted]")]
    [TestCase("api%5Fkey=abc", "api%5Fkey=[redacted]")]
    [TestCase("%61pi_key=abc", "%61pi_key=[redacted]")]
    [TestCase("password=p%26q&x=1", "password=[redacted]&x=1")]
    [TestCase("access_token=a.b.c&client_secret=s&signature=z&code=4711", "access_token=[redacted]&client_secret=[redacted]&signature=[redacted]&code=[redacted]")]
    [TestCase("X-Amz-Signature=deadbeef", "X-Amz-Signature=[redacted]")]
    [TestCase("user_password=x", "user_password=[redacted]")]
    [TestCase("q=dh_live_9fK2vT0mWqYc3nLr8sXb1d", "q=[redacted]")]
    [TestCase("q=DH_LIVE_9fK2vT0mWqYc3nLr8sXb1d", "q=[redacted]")]
    [TestCase("q=dh%5Flive%5F9fK2vT0m", "q=[redacted]")]
    [TestCase("q=dh%255Flive%255F9fK2vT0m", "q=[redacted]")]
    [TestCase("q=prefix%20dh_test_abc%20suffix&r=1", "q=[redacted]&r=1")]
    [TestCase("dh_admin_abc", "[redacted]")]
    [TestCase("x=1&dh_admin_abc=2", "x=1&[redacted]")]
    [TestCase("key=", "key=")]
    [TestCase("key", "key")]
    [TestCase("&&=&a=1&", "&&=&a=1&")]
    [TestCase("monkey=1&keyboard=2&zipcode=12345", "monkey=1&keyboard=2&zipcode=12345")]
    [TestCase("key=a&key=b", "key=[redacted]&key=[redacted]")]
    [TestCase("key=%", "key=[redacted]")]
    [TestCase("%zz=%zz&a=%", "%zz=%zz&a=%")]
    public void Query_AnyQuery_HidesSecretsOnly(string query, string expected) => Redaction.Query(query).Should().Be(expected);

    [TestCase("/gateway/orders/v1", "/gateway/orders/v1")]
    [TestCase("/k/dh_live_9fK2vT0mWqYc/x", "/k/[redacted]/x")]
    [TestCase("/k/dh%5flive_9fK2vT0mWqYc", "/k/[redacted]")]
    public void Path_AnyPath_HidesKeys(string path, string expected) => Redaction.Path(path).Should().Be(expected);

    [Test]
    public void Query_NothingToHide_ReturnsTheSameInstanceWithoutAllocating()
    {
        var query = new string("?page=2&filter=name&size=10&sort=-createdAt");
        Redaction.Query(query).Should().BeSameAs(query);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Redaction.Query(query);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }
}
