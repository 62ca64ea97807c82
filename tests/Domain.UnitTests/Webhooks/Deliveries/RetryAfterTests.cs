using DataHub.Domain.Webhooks.Deliveries;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Webhooks.Deliveries;

public class RetryAfterTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [TestCase("0", 0)]
    [TestCase("120", 120)]
    [TestCase(" 7 ", 7)]
    [TestCase("86400", 86400)]
    [TestCase("86401", 86400)]
    [TestCase("99999999999999999999999999999999", 86400)]
    [TestCase("Sun, 01 Mar 2026 12:01:00 GMT", 60)]
    [TestCase("Sunday, 01-Mar-26 12:01:00 GMT", 60)]
    [TestCase("Sun Mar  1 12:01:00 2026", 60)]
    [TestCase("Sun, 01 Mar 2026 11:59:00 GMT", 0, Description = "past")]
    [TestCase("Tue, 01 Mar 2033 12:00:00 GMT", 86400, Description = "far away")]
    public void Parse_SecondsOrDate_IsAWaitUpToADay(string value, int seconds) =>
        RetryAfter.Parse(value, Now).Should().Be(TimeSpan.FromSeconds(seconds));

    [TestCase(null)]
    [TestCase("")]
    [TestCase("  ")]
    [TestCase("-1")]
    [TestCase("+5")]
    [TestCase("1e99")]
    [TestCase("1.5")]
    [TestCase("5, 6")]
    [TestCase("soon")]
    [TestCase("NaN")]
    [TestCase("٣")]
    [TestCase("2026-03-01T12:01:00Z")]
    [TestCase("Sun, 31 Feb 2026 12:01:00 GMT")]
    public void Parse_Nonsense_IsNothing(string? value) => RetryAfter.Parse(value, Now).Should().BeNull();

    // The endpoint's clock is a day ahead: what counts is the distance that it meant.
    [Test]
    public void Parse_DateWithTheAnswersOwnDate_IsMeasuredAgainstThat() =>
        RetryAfter.Parse("Mon, 02 Mar 2026 12:00:30 GMT", Now, Now.AddDays(1)).Should().Be(TimeSpan.FromSeconds(30));
}
