using DataHub.Application.Abstractions;
using DataHub.Application.Observability.Telemetry;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Application.UnitTests.Observability.Telemetry;

/// <summary>W3C Trace Context, level 1; the cases of its own test-suite where they apply to one header.</summary>
public sealed class TraceContextTests
{
    private const string Valid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private readonly TraceIds _ids = new(new Counting());

    [TestCase(Valid)]
    [TestCase("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")]
    [TestCase("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
    [TestCase("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the-future-will-be-like")]
    [TestCase("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff")]
    [TestCase("00-00000000000000000000000000000001-0000000000000001-01")]
    public void Accept_ValidParent_ContinuesTheTrace(string traceparent)
    {
        var context = TraceContext.Accept(traceparent, "congo=t61rcWkgMzE", _ids);

        context.TraceId.ToString("N").Should().Be(traceparent.Substring(3, 32));
        context.ParentSpanId.Should().NotBe(0).And.NotBe(context.SpanId);
        context.State.Should().Be("congo=t61rcWkgMzE");
        context.ToTraceparent().Should().MatchRegex($"^00-{traceparent.AsSpan(3, 32)}-[0-9a-f]{{16}}-0[0-3]$");
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("foo")]
    [TestCase("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", Description = "version ff")]
    [TestCase("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-", Description = "version 00 is exactly 55 long")]
    [TestCase("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.extra")]
    [TestCase("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.extra")]
    [TestCase("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0")]
    [TestCase("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", Description = "no flags")]
    [TestCase("00-00000000000000000000000000000000-00f067aa0ba902b7-01", Description = "zero trace")]
    [TestCase("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", Description = "zero span")]
    [TestCase("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", Description = "upper case")]
    [TestCase("00-4bf92f3577b34da6a3ce929d0e0e473x-00f067aa0ba902b7-01")]
    [TestCase("0x-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
    [TestCase("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x")]
    [TestCase("00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01")]
    [TestCase(" 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0")]
    [TestCase("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-\u0660\u0661")]
    public void Accept_InvalidParent_BeginsANewTrace(string? traceparent)
    {
        var context = TraceContext.Accept(traceparent, "congo=t61rcWkgMzE", _ids);

        context.ParentSpanId.Should().Be(0);
        context.State.Should().BeNull();
        context.IsSampled.Should().BeFalse();
        TraceContext.TryParse(context.ToTraceparent(), out var parsed).Should().BeTrue();
        parsed.TraceId.Should().Be(context.TraceId);
        parsed.ParentSpanId.Should().Be(context.SpanId);
    }

    [TestCase("congo=t61rcWkgMzE", true)]
    [TestCase("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", true)]
    [TestCase("fw529a3039@dt=FfFSAAAAAAA", true)]
    [TestCase("a=1,\t b=2 ,,c=3", true)]
    [TestCase("a=1,a=2", false)]
    [TestCase("a", false)]
    [TestCase("=1", false)]
    [TestCase("a=", false)]
    [TestCase("A=1", false)]
    [TestCase("1a=1", false)]
    [TestCase("1a@b=1", true)]
    [TestCase("a@=1", false)]
    [TestCase("a@fifteenlettersx=1", false)]
    [TestCase("a=b=c", false)]
    [TestCase("a=b\u00e9", false)]
    [TestCase("a=b\u0001", false)]
    [TestCase("", false)]
    [TestCase(",,", false)]
    public void IsValid_List_IsPassedOnOrNot(string tracestate, bool expected) => TraceState.IsValid(tracestate).Should().Be(expected);

    [Test]
    public void IsValid_ThirtyThreeMembersOrTooLong_IsNotPassedOn()
    {
        TraceState.IsValid(string.Join(',', Enumerable.Range(0, 32).Select(i => $"k{i}=1"))).Should().BeTrue();
        TraceState.IsValid(string.Join(',', Enumerable.Range(0, 33).Select(i => $"k{i}=1"))).Should().BeFalse();
        TraceState.IsValid("a=" + new string('x', 257)).Should().BeFalse();
    }

    [Test]
    public void Accept_ParentOfANodeThatSamples_KeepsTheDecision()
    {
        TraceContext.Accept(Valid, null, _ids).IsSampled.Should().BeTrue();
        TraceContext.Accept(Valid[..^1] + "0", null, _ids).IsSampled.Should().BeFalse();
    }

    [Test]
    public void NextSpanId_FromManyThreads_NeverRepeatsAndIsNeverZero()
    {
        var ids = new ulong[8][];
        Parallel.For(0, ids.Length, i => ids[i] = [.. Enumerable.Range(0, 20_000).Select(_ => _ids.NextSpanId())]);

        ids.SelectMany(i => i).Should().OnlyHaveUniqueItems().And.NotContain(0UL);
    }

    [Test]
    public void Accept_AndFormat_AllocateNothing()
    {
        Span<char> target = stackalloc char[TraceContext.TraceparentLength];
        TraceContext.Accept(Valid, "congo=t61rcWkgMzE", _ids).TryFormat(target);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            TraceContext.Accept(Valid, "congo=t61rcWkgMzE", _ids).TryFormat(target);
            TraceContext.Accept(null, null, _ids).TryFormat(target);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    private sealed class Counting : IRandomSource
    {
        private byte _next = 1;

        public void Fill(Span<byte> buffer)
        {
            foreach (ref var b in buffer)
            {
                b = _next++;
            }
        }
    }
}
