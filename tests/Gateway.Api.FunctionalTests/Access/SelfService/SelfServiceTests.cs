using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.SelfService;

/// <summary>Signing up, and what the holder of a key may do with it.</summary>
public class SelfServiceTests : AccessFixture
{
    protected override string[] Settings =>
    [
        "SelfService:Public=open", "SelfService:Partner=invitation", "SelfService:Internal=approval",
        "SelfService:PublicScopes=catalogue:read", "SelfService:InternalScopes=all:*", "SelfService:PerAddressPerHour=1000", "SelfService:PerMailDomainPerDay=3",
        "SelfService:RefusedMailDomains=trash.example",
    ];

    [Test]
    public async Task Register_OpenSegment_GivesARestrictedKeyOfTheFreeTierAtOnce()
    {
        var (status, answer) = await PostAsync("/api/v1/self/register", new { name = "Ada", email = $"ada@{Domain()}" });

        status.Should().Be(HttpStatusCode.Created, answer.ToJsonString());
        using var self = AdminClient.As(Gateway, (string)answer["secret"]!);
        var profile = (await self.GetAsync("/api/v1/self/profile")).Is(HttpStatusCode.OK);
        ((string)profile.Data["consumer"]!["segment"]!).Should().Be("public");
        ((string)profile.Data["tier"]!["name"]!).Should().Be("free");
        profile.Data["key"]!["scopes"]!.ToJsonString().Should().Be("""["catalogue:read"]""");
        profile.Data["key"]!["expiresAt"].Should().NotBeNull();
        profile.Data["usage"]!["requests"]!.GetValue<long>().Should().Be(0);
        (await self.GetAsync("/api/v1/keys")).Is(HttpStatusCode.Forbidden).Code.Should().Be("insufficient_permission");
        (await Admin.GetAsync("/api/v1/self/profile")).Is(HttpStatusCode.Forbidden);
    }

    [Test]
    public async Task Register_SameNameTwice_TellsNobodyThatItIsTaken()
    {
        var (first, _) = await PostAsync("/api/v1/self/register", new { name = "Twin", email = $"a@{Domain()}" });
        var (second, _) = await PostAsync("/api/v1/self/register", new { name = "Twin", email = $"b@{Domain()}" });

        first.Should().Be(HttpStatusCode.Created);
        second.Should().Be(HttpStatusCode.Created);
    }

    [Test]
    public async Task Register_ByInvitation_NeedsAGoodCode()
    {
        var domain = Domain();
        var made = (await Admin.PostAsync("/api/v1/sign-up-codes", new { segment = "partner", scopes = new[] { "orders:*" }, maxUses = 1, note = "Acme" })).Is(HttpStatusCode.Created);
        var code = (string)made.Body["code"]!;

        (await PostAsync("/api/v1/self/register", Body())).Answer["code"]!.ToString().Should().Be("invitation_invalid");
        (await PostAsync("/api/v1/self/register", Body("invite_wrong"))).Status.Should().Be(HttpStatusCode.Forbidden);
        var (status, answer) = await PostAsync("/api/v1/self/register", Body(code));
        status.Should().Be(HttpStatusCode.Created, answer.ToJsonString());
        answer["data"]!["key"]!["scopes"]!.ToJsonString().Should().Be("""["orders:*"]""");
        (await PostAsync("/api/v1/self/register", Body(code))).Status.Should().Be(HttpStatusCode.Forbidden, "it was for one");
        var listed = (await Admin.GetAsync("/api/v1/sign-up-codes")).Is(HttpStatusCode.OK);
        listed.Body.ToJsonString().Should().NotContain(code);
        listed.Body["data"]![0]!["uses"]!.GetValue<int>().Should().Be(1);
        (await Admin.DeleteAsync($"/api/v1/sign-up-codes/{(string)listed.Body["data"]![0]!["id"]!}")).Is(HttpStatusCode.NoContent);

        object Body(string? invitationCode = null) => new { name = "Acme", email = $"ops@{domain}", segment = "partner", invitationCode };
    }

    // One wants the code while another uses it up: it waits, and takes what is left.
    [Test]
    public async Task Register_OneCodeBySeveralAtOnce_AsOftenAsItIsGood()
    {
        var made = (await Admin.PostAsync("/api/v1/sign-up-codes", new { segment = "partner", maxUses = 3 })).Is(HttpStatusCode.Created);
        var code = (string)made.Body["code"]!;
        await using var holder = await Database.DataSource.OpenConnectionAsync();
        await using var transaction = await holder.BeginTransactionAsync();
        await using var use = new Npgsql.NpgsqlCommand($"UPDATE access.sign_up_codes SET uses = uses + 1, version = version + 1 WHERE last4 = '{code[^4..]}'", holder);
        (await use.ExecuteNonQueryAsync()).Should().Be(1);

        var others = Enumerable.Range(0, 3).Select(i => PostAsync("/api/v1/self/register", new { name = $"n{i}", email = $"n@{Domain()}", segment = "partner", invitationCode = code })).ToList();
        await Database.WaitForWaitersAsync(3);
        await transaction.CommitAsync();

        (await Task.WhenAll(others)).Select(o => o.Status).Should().BeEquivalentTo([HttpStatusCode.Created, HttpStatusCode.Created, HttpStatusCode.Forbidden]);
    }

    [Test]
    public async Task Codes_MoreThanAPage_AreAllListed()
    {
        var notes = Enumerable.Range(0, 5).Select(i => $"walk {i}").ToList();
        foreach (var note in notes)
        {
            (await Admin.PostAsync("/api/v1/sign-up-codes", new { segment = "partner", note })).Is(HttpStatusCode.Created);
        }

        var seen = new List<string>();
        var next = "/api/v1/sign-up-codes?limit=2&q=walk";
        while (next is not null)
        {
            var page = (await Admin.GetAsync(next)).Is(HttpStatusCode.OK);
            seen.AddRange(page.Body["data"]!.AsArray().Select(c => (string)c!["note"]!));
            next = (string?)page.Body["pagination"]!["nextCursor"] is { } cursor ? $"/api/v1/sign-up-codes?limit=2&q=walk&cursor={cursor}" : null;
        }

        seen.Should().Equal(notes.AsEnumerable().Reverse());
    }

    [Test]
    public async Task Register_WithApproval_IsClaimedOnceAfterAYes()
    {
        var (status, answer) = await PostAsync("/api/v1/self/register", new { name = "Billing", email = $"b@{Domain()}", segment = "internal", purpose = "nightly bills" });
        status.Should().Be(HttpStatusCode.Accepted, answer.ToJsonString());
        answer["secret"].Should().BeNull();
        var (id, claimToken) = ((string)answer["data"]!["id"]!, (string)answer["claimToken"]!);

        (await ClaimAsync(id, claimToken)).Status.Should().Be(HttpStatusCode.Accepted, "nobody has decided");
        (await ClaimAsync(id, "claim_wrong")).Status.Should().Be(HttpStatusCode.NotFound);
        (await Admin.GetAsync("/api/v1/registrations?status=pending")).Is(HttpStatusCode.OK).Body["data"]!.AsArray().Select(r => (string)r!["id"]!).Should().Contain(id);
        (await Admin.PostAsync($"/api/v1/registrations/{id}:approve", new { scopes = new[] { "bills:write" } })).Is(HttpStatusCode.OK).Data["status"]!.ToString().Should().Be("approved");
        (await Admin.PostAsync($"/api/v1/registrations/{id}:reject")).Is(HttpStatusCode.Conflict);

        var claims = await Task.WhenAll(ClaimAsync(id, claimToken), ClaimAsync(id, claimToken));
        claims.Should().ContainSingle(c => c.Status == HttpStatusCode.Created);
        var issued = claims.Single(c => c.Status == HttpStatusCode.Created).Answer;
        issued["data"]!["key"]!["scopes"]!.ToJsonString().Should().Be("""["bills:write"]""");
        (await ClaimAsync(id, claimToken)).Status.Should().Be(HttpStatusCode.Conflict);
    }

    [Test]
    public async Task Register_Rejected_TheApplicantLearnsWhy()
    {
        var (_, answer) = await PostAsync("/api/v1/self/register", new { name = "No", email = $"n@{Domain()}", segment = "internal" });
        var id = (string)answer["data"]!["id"]!;
        (await Admin.PostAsync($"/api/v1/registrations/{id}:reject", new { reason = "not one of ours" })).Is(HttpStatusCode.OK);

        var claim = await ClaimAsync(id, (string)answer["claimToken"]!);

        claim.Status.Should().Be(HttpStatusCode.Forbidden);
        ((string)claim.Answer["code"]!).Should().Be("registration_rejected");
        ((string)claim.Answer["detail"]!).Should().Be("not one of ours");
    }

    [Test]
    public async Task Register_TooManyOfOneDomainOrARefusedOne_IsRefused()
    {
        var domain = Domain();
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 4; i++)
        {
            var (status, answer) = await PostAsync("/api/v1/self/register", new { name = $"n{i}", email = $"n{i}@{domain}" });
            answers.Add(status);
            ((int?)answer["retryAfterSeconds"]).Should().Be(i < 3 ? null : 86_400, "a mail domain is counted by the day");
        }

        answers.Should().Equal(HttpStatusCode.Created, HttpStatusCode.Created, HttpStatusCode.Created, HttpStatusCode.TooManyRequests);
        (await PostAsync("/api/v1/self/register", new { name = "x", email = "x@mail.trash.example" })).Answer["code"]!.ToString().Should().Be("registration_closed");
        (await PostAsync("/api/v1/self/register", new { name = "x", email = "x" })).Status.Should().Be(HttpStatusCode.BadRequest);
        (await PostAsync("/api/v1/self/register", new { name = "x", email = "x@y.example", segment = "admin" })).Status.Should().Be(HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task Holder_OfAKey_RotatesAndRevokesItsOwnOnly()
    {
        var consumer = await NewConsumerAsync();
        var mine = await NewKeyAsync(consumer);
        var sibling = await NewKeyAsync(consumer, "test");
        var foreign = await NewKeyAsync();
        using var self = AdminClient.As(Gateway, (string)mine.Body["secret"]!);

        var rotated = (await self.PostAsync("/api/v1/self/keys:rotate", new { graceSeconds = 600 })).Is(HttpStatusCode.OK);
        rotated.Id.Should().Be(mine.Id);
        using var renewed = AdminClient.As(Gateway, (string)rotated.Body["secret"]!);
        (await self.GetAsync("/api/v1/self/profile")).Is(HttpStatusCode.OK);
        (await renewed.GetAsync("/api/v1/self/keys")).Is(HttpStatusCode.OK).Body["data"]!.AsArray().Select(k => ((string)k!["id"]!, k["current"]!.GetValue<bool>()))
            .Should().Equal((mine.Id, true), (sibling.Id, false));
        (await renewed.DeleteAsync($"/api/v1/self/keys/{foreign.Id}")).Is(HttpStatusCode.NotFound).Code.Should().Be("not_found");
        (await renewed.DeleteAsync("/api/v1/self/keys/key_00000000000000000000000000")).Is(HttpStatusCode.NotFound);
        (await renewed.DeleteAsync($"/api/v1/self/keys/{sibling.Id}")).Is(HttpStatusCode.NoContent);
        (await renewed.DeleteAsync($"/api/v1/self/keys/{mine.Id}")).Is(HttpStatusCode.NoContent);
        (await renewed.GetAsync("/api/v1/self/profile")).Is(HttpStatusCode.Unauthorized).Code.Should().Be("api_key_revoked");
        (await Admin.GetAsync($"/api/v1/keys/{foreign.Id}")).Data["status"]!.ToString().Should().Be("active");
    }

    [Test]
    public async Task Keys_BySecretThatWasReplaced_AreNeitherRotatedNorRevoked()
    {
        var mine = await NewKeyAsync();
        using var earlier = AdminClient.As(Gateway, (string)mine.Body["secret"]!);
        var rotated = (await earlier.PostAsync("/api/v1/self/keys:rotate", new { graceSeconds = 600 })).Is(HttpStatusCode.OK);
        using var newest = AdminClient.As(Gateway, (string)rotated.Body["secret"]!);
        await Eventually.TrueAsync(async () => (await newest.GetAsync("/api/v1/self/profile")).Status == HttpStatusCode.OK, "the new secret is known");

        (await earlier.PostAsync("/api/v1/self/keys:rotate", new { graceSeconds = 0 })).Is(HttpStatusCode.Forbidden).Code.Should().Be("insufficient_permission");
        (await earlier.DeleteAsync($"/api/v1/self/keys/{mine.Id}")).Is(HttpStatusCode.Forbidden);

        (await newest.GetAsync("/api/v1/self/profile")).Is(HttpStatusCode.OK);
        (await newest.PostAsync("/api/v1/self/keys:rotate", new { graceSeconds = 0 })).Is(HttpStatusCode.OK);
    }

    private static string Domain() => $"d{Guid.CreateVersion7():N}.example";

    private Task<(HttpStatusCode Status, JsonObject Answer)> ClaimAsync(string id, string claimToken) =>
        PostAsync($"/api/v1/self/registrations/{id}:claim", new { claimToken });

    private async Task<(HttpStatusCode Status, JsonObject Answer)> PostAsync(string path, object body)
    {
        using var answer = await Gateway.Client.PostAsJsonAsync(path, body);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject());
    }
}

/// <summary>Nobody signs up unless the settings say so, and not too often from one place.</summary>
public class SelfServiceClosedTests : AccessFixture
{
    protected override string[] Settings => ["SelfService:Partner=open", "SelfService:PerAddressPerHour=2"];

    [Test]
    public async Task Register_ByDefault_IsClosed()
    {
        using var answer = await Gateway.Client.PostAsJsonAsync("/api/v1/self/register", new { name = "x", email = "x@y.example" });

        answer.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await answer.Content.ReadAsStringAsync()).Should().Contain("registration_closed");
    }

    [Test]
    public async Task Register_ManyAtOnceFromOneAddress_NoMoreThanTheLimit()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i =>
            Gateway.Client.PostAsJsonAsync("/api/v1/self/register", new { name = $"x{i}", email = $"x@d{i}.example", segment = "partner" })));

        answers.Count(a => a.StatusCode == HttpStatusCode.Created).Should().Be(2);
        answers.Where(a => a.StatusCode != HttpStatusCode.Created).Should().OnlyContain(a => a.StatusCode == HttpStatusCode.TooManyRequests);
        answers.ToList().ForEach(a => a.Dispose());
    }
}
