using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Application.Webhooks.Subscriptions;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.TestKit.Randomness;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Application.UnitTests.Webhooks.Subscriptions;

/// <summary>A node that lacks a key sends neither unsigned nor without the credential, and does not take the subscription for deleted.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class SubscriptionTargetsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    private readonly Box _box = new();
    private readonly SubscriptionSeals _seals;
    private readonly SubscriptionId _id = new(Guid.CreateVersion7());

    public SubscriptionTargetsTests() => _seals = new SubscriptionSeals(_box, new ScriptedRandom(7));

    [Test]
    public void Of_NoSecretOpens_IsSealedAndNotEnabled()
    {
        var made = Made();
        _box.Lost = 1;

        StateOf(made).Should().Be((false, true));
    }

    // Its receiver may have forgotten the earlier one already.
    [Test]
    public void Of_OnlyAnEarlierSecretOpens_IsSealed()
    {
        var made = Made();
        Rotate(made);
        _box.Lost = 2;

        StateOf(made).Should().Be((false, true));
    }

    [Test]
    public void Of_OnlyTheCurrentSecretOpens_IsEnabled()
    {
        var made = Made();
        Rotate(made);
        _box.Lost = 1;

        StateOf(made).Should().Be((true, false));
    }

    [Test]
    public void Of_CredentialDoesNotOpen_IsSealed()
    {
        var made = Made(_seals.Seal(_id, new SubscriptionConfidential(new Dictionary<string, string> { ["X-Key"] = "eleven" }, "t0ken")));
        Rotate(made);
        _box.Lost = 1;

        StateOf(made).Should().Be((false, true));
    }

    [Test]
    public void Of_SealedWhileDisabled_TellsSinceWhenItIsDisabled()
    {
        var made = Made();
        _box.Lost = 1;
        new SubscriptionTargets(_seals).Of(made).Should().Match<SubscriptionTarget?>(t => t != null && t.DisabledAt == null);
        made.Disable(DisabledReason.Manual, Noon);

        new SubscriptionTargets(_seals).Of(made).Should().Match<SubscriptionTarget?>(t => t != null && t.DisabledAt == Noon);
    }

    private Subscription Made(byte[]? confidential = null) =>
        Subscription.Create(_id, null, new SubscriptionDefinition("https://partner.example/hooks", ["*"]), confidential, _seals.Mint(_id, 1).Sealed, Noon);

    // With the key after the first one.
    private void Rotate(Subscription made)
    {
        _box.Current = 2;
        made.RotateSecret(_seals.Mint(_id, 2).Sealed, TimeSpan.FromHours(1), Noon);
    }

    private (bool? Enabled, bool? Sealed) StateOf(Subscription made)
    {
        var target = new SubscriptionTargets(_seals).Of(made);
        return (target?.Enabled, target?.Sealed);
    }

    /// <summary>Seals by writing the number of the key in front.</summary>
    private sealed class Box : ISecretBox
    {
        public byte Current { get; set; } = 1;

        public byte Lost { get; set; }

        public byte[] Seal(ReadOnlySpan<byte> content, ReadOnlySpan<byte> context) => [Current, .. content];

        public byte[]? Open(ReadOnlySpan<byte> box, ReadOnlySpan<byte> context) => box[0] == Lost ? null : box[1..].ToArray();
    }
}
