using DataHub.Gateway.Api.Proxy.Edge;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Edge;

public class RequestTargetTests
{
    [TestCase("/")]
    [TestCase("/gateway/orders/v1?x=../..;//%2f")]
    [TestCase("/a.b/c..d/.well-known/x")]
    [TestCase("/caf%C3%A9/%20x")]
    [TestCase("http://host.example/a/b?c")]
    [TestCase("http://host.example")]
    [TestCase("*")]
    [TestCase("/%e2%82%ac/%F0%9F%98%80")]
    [TestCase("http://host.example/a?b=user@c")]
    public void Refusal_UnambiguousTarget_IsNull(string target) => RequestTarget.Refusal(target).Should().BeNull();

    [TestCase("/a//b", "empty segment")]
    [TestCase("//admin", "empty segment")]
    [TestCase("/a/../b", "dot segment")]
    [TestCase("/a/.", "dot segment")]
    [TestCase("/a/%2e%2e/b", "%2E")]
    [TestCase("/a/.%2E/b", "%2E")]
    [TestCase("/a%2fb", "%2F")]
    [TestCase("/a%5Cb", "%5C")]
    [TestCase("/a\\b", "backslash")]
    [TestCase("/admin;x=1/b", "semicolon")]
    [TestCase("/admin%3bx", "%3B")]
    [TestCase("/a%252fb", "%25")]
    [TestCase("/a%00b", "control")]
    [TestCase("/a%0d%0ab", "control")]
    [TestCase("/a%zz", "hexadecimal")]
    [TestCase("/a%4", "hexadecimal")]
    [TestCase("http://host.example/a/../b", "dot segment")]
    [TestCase("/a#b", "'#'")]
    [TestCase("/a?b#c", "'#'")]
    [TestCase("/a?b\u0001", "control")]
    [TestCase("/a?b c", "space")]
    [TestCase("/a%c0%af", "UTF-8")]
    [TestCase("/a%ff", "UTF-8")]
    [TestCase("/a%c3", "UTF-8")]
    [TestCase("/a%ed%a0%80", "UTF-8")]
    [TestCase("/a%c3%2e", "UTF-8")]
    [TestCase("http://user@host.example/a", "user")]
    [TestCase("http://user:secret@host.example", "user")]
    public void Refusal_AmbiguousTarget_NamesTheCause(string target, string cause) =>
        RequestTarget.Refusal(target).Should().Contain(cause);

    // Whoever does what a refusal says gets through.
    [TestCase("/a b", "write it as %20", "/a%20b")]
    [TestCase("/100%", "leave it out", "/100")]
    [TestCase("/a%zz", "leave it out", "/azz")]
    [TestCase("/a%25b", "leave it out", "/ab")]
    [TestCase("/v1%2e2", "write it as '.'", "/v1.2")]
    [TestCase("/a/%2e%2e/b", "resolve the segments", "/b")]
    [TestCase("/a/../b", "resolved", "/b")]
    [TestCase("/a//b", "single slashes", "/a/b")]
    [TestCase("/a%e9", "send UTF-8", "/a%C3%A9")]
    [TestCase("/a?b c", "a space as %20", "/a?b%20c")]
    [TestCase("/a?b#c", "'#' in the query as %23", "/a?b%23c")]
    [TestCase("/a?b\u0001", "leave the others out", "/a?b")]
    [TestCase("/a\u0001", "leave it out", "/a")]
    [TestCase("http://user@host.example/a", "leave it out", "http://host.example/a")]
    public void Refusal_ItsAdvice_IsAccepted(string target, string advice, string better)
    {
        RequestTarget.Refusal(target).Should().Contain(advice);
        RequestTarget.Refusal(better).Should().BeNull();
    }

    // Every encoded byte, alone: accepted, or refused with no word of writing it in a form that is refused as well.
    [Test]
    public void Refusal_EveryEncodedByte_NamesNoFormThatIsRefusedToo()
    {
        for (var value = 0; value < 256; value++)
        {
            var refusal = RequestTarget.Refusal($"/a%{value:X2}b");

            var proposed = refusal is null ? "" : System.Text.RegularExpressions.Regex.Match(refusal, "write it as '?(%[0-9A-F]{2}|[^ ';])").Groups[1].Value;

            RequestTarget.Refusal($"/a{proposed}b").Should().BeNull(refusal);
            (refusal is null).Should().Be(value is >= 0x20 and < 0x7F && !"%./;?#\\".Contains((char)value, StringComparison.Ordinal), $"%{value:X2}");
        }
    }

    [Test]
    public void Refusal_CommonPath_AllocatesNothing()
    {
        RequestTarget.Refusal("/gateway/orders/v1/items/42?page=2");
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            RequestTarget.Refusal("/gateway/orders/v1/items/42?page=2");
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }
}
