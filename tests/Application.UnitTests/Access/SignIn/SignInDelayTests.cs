using DataHub.Application.Access.SignIn;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Application.UnitTests.Access.SignIn;

public class SignInDelayTests
{
    [TestCase(0, 0)]
    [TestCase(4, 0)]
    [TestCase(5, 1)]
    [TestCase(6, 2)]
    [TestCase(14, 512)]
    [TestCase(15, 900)]
    [TestCase(2_000_000_000, 900)]
    public void SecondsAfter_Failures_DoubleUpToALimit(int failures, int seconds) => SignInDelay.OfPair.SecondsAfter(failures).Should().Be(seconds);
}
