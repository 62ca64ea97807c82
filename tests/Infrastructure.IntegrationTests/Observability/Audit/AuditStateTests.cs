using System.Text.Json.Nodes;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Credentials;
using DataHub.Domain.Access.Users;
using DataHub.Infrastructure.Observability.Audit;
using DataHub.TestKit.Builders;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Observability.Audit;

/// <summary>What is read from the change tracker, and what is never shown.</summary>
public class AuditStateTests
{
    private TestDatabase _database = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _database = await TestDatabase.CreateAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _database.DisposeAsync();

    [Test]
    public void Of_NewKey_ShowsItsPartsWithoutDigests()
    {
        using var context = _database.CreateContext();
        var key = new ApiKeyBuilder().Scoped("a:read").WithSecret(ApiKeyBuilder.Fingerprint("state")).Build();
        context.Add(key);

        var (before, after) = AuditState.Of(context.Entry(key), AuditState.Parts(context.ChangeTracker));

        before.Should().BeNull();
        ((string)after!["id"]!).Should().Be(key.Id.ToString());
        after["scopes"]!.ToJsonString().Should().Be("""["a:read"]""");
        var secret = after["secrets"]!.AsArray().Should().ContainSingle().Subject!;
        ((string)secret["digest"]!).Should().Be(AuditValues.Mask);
        ((string)secret["prefix"]!).Should().Be(key.Secrets.Single().Prefix);
    }

    [Test]
    public void Of_DeletedKey_KeepsWhatItWas()
    {
        using var context = _database.CreateContext();
        var key = new ApiKeyBuilder().WithSecret(ApiKeyBuilder.Fingerprint("deleted")).Build();
        context.Attach(key);
        context.Remove(key);

        var (before, after) = AuditState.Of(context.Entry(key), AuditState.Parts(context.ChangeTracker));

        after.Should().BeNull();
        ((string)before!["name"]!).Should().Be(key.Name);
        before["secrets"]!.AsArray().Should().ContainSingle();
    }

    [Test]
    public void Of_ChangedKey_ShowsOnlyWhatDiffers()
    {
        using var context = _database.CreateContext();
        var key = new ApiKeyBuilder().WithSecret(ApiKeyBuilder.Fingerprint("changed")).Build();
        context.Attach(key);
        key.Revoke("leaked", ApiKeyBuilder.Noon);
        context.ChangeTracker.DetectChanges();

        var (before, after) = AuditState.Of(context.Entry(key), AuditState.Parts(context.ChangeTracker));

        after!.Select(p => p.Key).Should().BeEquivalentTo(before!.Select(p => p.Key)).And.Contain("revokedReason").And.NotContain(["name", "secrets", "updatedAt"]);
        before!["revokedReason"].Should().BeNull();
        ((string)after!["revokedReason"]!).Should().Be("leaked");
    }

    // The list is kept in a field, which carries no mark: what it holds says that it is secret.
    [Test]
    public void Of_UsedRecoveryCode_ShowsThatTheyChangedAndNoDigest()
    {
        using var context = _database.CreateContext();
        var credential = UserCredential.For(new UserId(new Guid(1, 2, 3, [4, 5, 6, 7, 8, 9, 10, 11])), ApiKeyBuilder.Noon);
        credential.ConfirmTotp(1, [[1, 2, 3], [4, 5, 6]], ApiKeyBuilder.Noon);
        context.Attach(credential);
        credential.UseRecoveryCode([1, 2, 3], ApiKeyBuilder.Noon).Should().BeTrue();
        context.ChangeTracker.DetectChanges();

        var (before, after) = AuditState.Of(context.Entry(credential), AuditState.Parts(context.ChangeTracker));

        ((string)before!["recoveryCodes"]!).Should().Be(AuditValues.Mask);
        ((string)after!["recoveryCodes"]!).Should().Be(AuditValues.ChangedMask);
    }

    [Test]
    public void Details_NamesAndValuesOfSecrets_AreMasked()
    {
        var key = "dh_live_" + new string('x', 36);
        var details = AuditValues.Details(new { Password = "p", Nested = new { client_secret = "s", Note = "n" }, List = new[] { key, "plain" }, Environment = KeyEnvironment.Live, Count = 3 });

        JsonNode.DeepEquals(
            JsonNode.Parse(details!),
            JsonNode.Parse("""{"password":"[secret]","nested":{"client_secret":"[secret]","note":"n"},"list":["[secret]","plain"],"environment":"live","count":3}""")).Should().BeTrue(details);
    }

    [TestCase("RevokeApiKey", "revoke")]
    [TestCase("ReplaceTier", "update")]
    [TestCase("SuspendConsumer", "suspend")]
    [TestCase(null, "update")]
    public void VerbOf_Command_IsItsFirstWord(string? command, string verb) => AuditWords.VerbOf(command).Should().Be(verb);
}
