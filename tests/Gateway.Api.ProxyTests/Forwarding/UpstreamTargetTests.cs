using System.Text;
using DataHub.Gateway.Api.Proxy.Forwarding;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;
using Yarp.ReverseProxy.Forwarder;

namespace DataHub.Gateway.Api.ProxyTests.Forwarding;

public class UpstreamTargetTests
{
    private const string Plain = "http://upstream.example:81";

    private static readonly string[] Destinations =
    [
        Plain, Plain + "/", "http://upstream.example", "http://[::1]:81/", "http://upstream.example/base", "http://upstream.example/base/",
        "http://upstream.example/Base/v1.0/~x", "http://upstream.example/b%20c/%41%2f/", "http://upstream.example/a/./b/../c/", "http://upstream.example/a;b|c",
    ];

    [TestCase("/orders/42", "", "/orders/42")]
    [TestCase("/orders/42", "?page=2&x=y", "/orders/42?page=2&x=y")]
    [TestCase("/", "", "/")]
    [TestCase("/", "?a", "/?a")]
    [TestCase("", "", "/")]
    [TestCase("", "?a", "/?a")]
    [TestCase("/orders/", "", "/orders/")]
    public void Write_PlainTarget_IsPathAndQuery(string path, string query, string expected)
    {
        Target(path, query).Should().Be(expected);
        Target(path, query, destination: Plain + "/").Should().Be(expected);
    }

    [TestCase("/api/orders", "/api", "/orders")]
    [TestCase("/API/orders", "/api", "/orders")]
    [TestCase("/api/orders", "/aPi", "/orders")]
    [TestCase("/api/v1/orders", "/api/v1", "/orders")]
    [TestCase("/api/api/orders", "/api", "/api/orders")]
    [TestCase("/api/", "/api", "/")]
    [TestCase("/api", "/api", "/")]
    [TestCase("/apis/orders", "/api", "/apis/orders")]
    [TestCase("/api.v1/orders", "/api", "/api.v1/orders")]
    [TestCase("/x/api/orders", "/api", "/x/api/orders")]
    [TestCase("/ap", "/api", "/ap")]
    [TestCase("/", "/api", "/")]
    [TestCase("/caf\u00e9/a b", "/caf\u00e9", "/a%20b")]
    [TestCase("/CAF\u00c9/orders", "/caf\u00e9", "/orders")]
    [TestCase("/api/orders", null, "/api/orders")]
    public void Write_StripPrefix_TakesWholeSegmentsOff(string path, string? prefix, string expected)
    {
        Target(path, prefix: prefix).Should().Be(expected);
        Target(path, "?a=b", prefix).Should().Be(expected + "?a=b");
    }

    [TestCase("/orders", "", "/base/orders")]
    [TestCase("/orders/", "?a=b", "/base/orders/?a=b")]
    [TestCase("/", "", "/base/")]
    [TestCase("/a b", "?c", "/base/a%20b?c")]
    public void Write_DestinationWithAPath_StandsBefore(string path, string query, string expected)
    {
        Target(path, query, destination: Plain + "/base").Should().Be(expected);
        Target(path, query, destination: Plain + "/base/").Should().Be(expected);
    }

    [Test]
    public void Write_NothingLeftOfThePath_IsTheDestinationsOwn()
    {
        Target("/api", "?a", "/api", Plain + "/base").Should().Be("/base?a");
        Target("/api", "?a", "/api", Plain + "/base/").Should().Be("/base/?a");
        Target("/api", "?a", "/api").Should().Be("/?a");
    }

    [TestCase("/a b", "/a%20b")]
    [TestCase("/caf\u00e9", "/caf%C3%A9")]
    [TestCase("/\ud83d\ude00", "/%F0%9F%98%80")]
    [TestCase("/100%", "/100%25")]
    [TestCase("/a%2Fb", "/a%252Fb")]
    [TestCase("/what?", "/what%3F")]
    [TestCase("/a?b=c", "/a%3Fb=c")]
    [TestCase("/a#b", "/a%23b")]
    public void Write_DecodedPath_IsEncodedAgain(string path, string expected)
    {
        Target(path, "?q=%20").Should().Be(expected + "?q=%20");
        Target("/api" + path, "", "/api", Plain + "/base").Should().Be("/base" + expected);
    }

    [TestCase("", "")]
    [TestCase("", "?a=b")]
    [TestCase("/", "")]
    [TestCase("/", "?")]
    [TestCase("/orders/42", "?page=2&size=10")]
    [TestCase("/orders/42/", "?page=2&page=3")]
    [TestCase("/a.b/c..d/.well-known/x...", "")]
    [TestCase("/a./b", "")]
    [TestCase("/.../a", "")]
    [TestCase("/a//b///", "?a//b")]
    [TestCase("//a", "")]
    [TestCase("/a:b@c:80/d", "")]
    [TestCase("/-._~!$&'()*+,=:@", "?-._~!$&'()*+,=:@/?")]
    [TestCase("/a;b=c", "?d;e")]
    [TestCase("/a b", "?c+d")]
    [TestCase("/a+b", "?c%20d")]
    [TestCase("/caf\u00e9", "?caf%C3%A9")]
    [TestCase("/\u20ac/\ud83d\ude00", "?%e2%82%ac")]
    [TestCase("/100%", "?100%25")]
    [TestCase("/a%2Fb", "?a%2fb")]
    [TestCase("/a%41", "?%41%7e")]
    [TestCase("/what?", "?what?")]
    [TestCase("/a?b", "??")]
    [TestCase("/a#b", "?a#b")]
    [TestCase("/a\\b", "?a\\b")]
    [TestCase("/[a]{b}|c^d`e\"<f>", "?[a]{b}|c^d`e\"<f>")]
    [TestCase("/a\u0001\u007f", "?a")]
    [TestCase("/a", "?../../b")]
    [TestCase("/a", "?b=/../c/./d")]
    [TestCase("/a", "?u=http://user@host.example:80/x?y=z")]
    [TestCase("/a", "?caf\u00e9")]
    [TestCase("/a", "?a b")]
    [TestCase("/a", "?&&==")]
    [TestCase("/a", "?100%")]
    [TestCase("/http://other.example/a", "?b")]
    [TestCase("/*", "?*")]
    public void Write_AnyTarget_IsYarps(string path, string query)
    {
        foreach (var destination in Destinations)
        {
            var expected = RequestUtilities.MakeDestinationAddress(destination, path, new QueryString(query)).PathAndQuery;

            Target(path, query, destination: destination).Should().Be(expected, $"the destination is {destination}");
            Target("/Prefix" + path, query, "/prefix", destination).Should().Be(expected, $"the destination is {destination}, with a prefix taken off");
        }
    }

    // An upstream may be given such an address.
    [TestCase("http://upstream.example//")]
    [TestCase("http://upstream.example/base//")]
    public void Write_DestinationThatEndsWithTwoSlashes_IsYarps(string destination)
    {
        foreach (var path in new[] { "/orders", "/a b" })
        {
            Target(path, destination: destination).Should().Be(RequestUtilities.MakeDestinationAddress(destination, path, default).PathAndQuery);
        }
    }

    private static string Target(string path, string query = "", string? prefix = null, string destination = Plain)
    {
        var request = new DefaultHttpContext().Request;
        request.Path = path;
        request.QueryString = new QueryString(query);
        var pool = new DestinationPool(new Uri(destination), TimeSpan.FromSeconds(1), TimeProvider.System);
        var head = new HeadWriter();
        UpstreamTarget.Write(request, prefix, destination, pool.Base, head);
        return Encoding.UTF8.GetString(head.Written.Span);
    }
}
