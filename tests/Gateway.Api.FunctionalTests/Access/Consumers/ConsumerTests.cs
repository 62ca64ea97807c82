using System.Net;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.Consumers;

public class ConsumerTests : AccessFixture
{
    [Test]
    public async Task Post_ValidBody_CreatesIt()
    {
        var name = NewName();

        var created = await Admin.PostAsync("/api/v1/consumers", new { name, segment = "public", owner = "ops@acme.example", metadata = new { crm = "42" } });

        created.Is(HttpStatusCode.Created).Headers["Location"].Should().Be($"/api/v1/consumers/{created.Id}");
        var read = (await Admin.GetAsync($"/api/v1/consumers/{created.Id}")).Is(HttpStatusCode.OK);
        read.ETag.Should().Be(created.ETag).And.Be("\"1\"");
        read.Data["name"]!.ToString().Should().Be(name);
        read.Data["segment"]!.ToString().Should().Be("public");
        read.Data["owner"]!.ToString().Should().Be("ops@acme.example");
        read.Data["metadata"]!["crm"]!.ToString().Should().Be("42");
        read.Data["suspended"]!.GetValue<bool>().Should().BeFalse();
    }

    [TestCase("""{"segment":"public"}""", "/name")]
    [TestCase("""{"name":" padded","segment":"public"}""", "/name")]
    [TestCase("""{"name":"x"}""", "/segment")]
    [TestCase("""{"name":"x","segment":"gold"}""", "/segment")]
    [TestCase("""{"name":"x","segment":"public","tierId":"key_0123456789abcdefghjkmnpqrs"}""", "/tierId")]
    [TestCase("""{"name":"x","segment":"public","suspended":true}""", "/suspended")]
    public async Task Post_MistakenField_Is400NamingIt(string body, string pointer) =>
        (await Admin.PostAsync("/api/v1/consumers", body)).Is(HttpStatusCode.BadRequest).Pointers.Should().Contain(pointer);

    [Test]
    public async Task Post_TooMuchMetadata_Is400NamingIt()
    {
        var metadata = Enumerable.Range(0, 51).ToDictionary(i => $"k{i}", i => "v");

        (await Admin.PostAsync("/api/v1/consumers", new { name = NewName(), segment = "public", metadata }))
            .Is(HttpStatusCode.BadRequest).Pointers.Should().Equal("/metadata");
    }

    [Test]
    public async Task PostAndPut_NameOfAnother_Are409NamingTheField()
    {
        var name = NewName();
        await Admin.PostAsync("/api/v1/consumers", new { name, segment = "public" });
        var other = await NewConsumerAsync();

        var post = await Admin.PostAsync("/api/v1/consumers", new { name, segment = "public" });
        var put = await Admin.PutAsync($"/api/v1/consumers/{other}", new { name, segment = "public" });

        foreach (var answer in new[] { post, put })
        {
            answer.Is(HttpStatusCode.Conflict).Code.Should().Be("name_taken");
            answer.Pointers.Should().Equal("/name");
        }
    }

    [Test]
    public async Task Post_SameNameManyTimesAtOnce_CreatesOne()
    {
        var name = NewName();

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Admin.PostAsync("/api/v1/consumers", new { name, segment = "public" })));

        answers.Count(a => a.Status == HttpStatusCode.Created).Should().Be(1);
        answers.Where(a => a.Status != HttpStatusCode.Created).Should().AllSatisfy(a => a.Code.Should().Be("name_taken"));
    }

    [Test]
    public async Task Put_OneOfTwoAtOnce_LosesWith412()
    {
        var id = await NewConsumerAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i =>
            Admin.PutAsync($"/api/v1/consumers/{id}", new { name = NewName(), segment = "public" }, ("If-Match", "\"1\""))));

        answers.Count(a => a.Status == HttpStatusCode.OK).Should().Be(1);
        answers.Count(a => a.Status == HttpStatusCode.PreconditionFailed).Should().Be(3);
        (await Admin.GetAsync($"/api/v1/consumers/{id}")).ETag.Should().Be("\"2\"");
    }

    [Test]
    public async Task AnyWrite_StaleIfMatch_Is412()
    {
        var id = await NewConsumerAsync();
        (string, string) stale = ("If-Match", "\"9\"");

        (await Admin.PutAsync($"/api/v1/consumers/{id}", new { name = NewName(), segment = "public" }, stale)).Is(HttpStatusCode.PreconditionFailed);
        (await Admin.PatchAsync($"/api/v1/consumers/{id}", new { owner = "x" }, stale)).Is(HttpStatusCode.PreconditionFailed);
        (await Admin.PostAsync($"/api/v1/consumers/{id}:suspend", null, stale)).Is(HttpStatusCode.PreconditionFailed);
        (await Admin.PostAsync($"/api/v1/consumers/{id}:resume", null, stale)).Is(HttpStatusCode.PreconditionFailed);
        (await Admin.DeleteAsync($"/api/v1/consumers/{id}", stale)).Is(HttpStatusCode.PreconditionFailed);
        (await Admin.GetAsync($"/api/v1/consumers/{id}")).ETag.Should().Be("\"1\"");
    }

    [Test]
    public async Task AnyWrite_DryRun_WritesNothing()
    {
        var id = await NewConsumerAsync();
        var name = NewName();

        (await Admin.PostAsync("/api/v1/consumers?dryRun=true", new { name, segment = "public" })).Is(HttpStatusCode.OK);
        (await Admin.PatchAsync($"/api/v1/consumers/{id}?dryRun=true", new { owner = "x" })).Is(HttpStatusCode.OK).Data["owner"]!.ToString().Should().Be("x");
        (await Admin.PostAsync($"/api/v1/consumers/{id}:suspend?dryRun=true")).Is(HttpStatusCode.OK).Data["suspended"]!.GetValue<bool>().Should().BeTrue();
        (await Admin.DeleteAsync($"/api/v1/consumers/{id}?dryRun=true")).Is(HttpStatusCode.NoContent);

        (await Admin.GetAsync($"/api/v1/consumers?q={Uri.EscapeDataString(name)}")).Body["data"]!.AsArray().Should().BeEmpty();
        var unchanged = (await Admin.GetAsync($"/api/v1/consumers/{id}")).Is(HttpStatusCode.OK);
        unchanged.ETag.Should().Be("\"1\"");
        unchanged.Data["owner"].Should().BeNull();
    }

    [Test]
    public async Task SuspendAndResume_Consumer_ShowTheStateAndTheReason()
    {
        var id = await NewConsumerAsync();

        var suspended = (await Admin.PostAsync($"/api/v1/consumers/{id}:suspend", new { reason = "unpaid" })).Is(HttpStatusCode.OK);
        suspended.Data["suspendedReason"]!.ToString().Should().Be("unpaid");
        (await Admin.GetAsync("/api/v1/consumers?status=suspended")).Body["data"]!.AsArray().Select(c => c!["id"]!.ToString()).Should().Contain(id);
        var resumed = (await Admin.PostAsync($"/api/v1/consumers/{id}:resume")).Is(HttpStatusCode.OK);

        resumed.Data["suspended"]!.GetValue<bool>().Should().BeFalse();
        resumed.Data["suspendedReason"].Should().BeNull();
    }

    [Test]
    public async Task Suspend_HolderOfTheLastAdminKey_IsRefused()
    {
        var key = (await Admin.GetAsync("/api/v1/keys?environment=admin")).Body["data"]!.AsArray().Single()!;

        (await Admin.PostAsync($"/api/v1/consumers/{key["consumerId"]}:suspend")).Is(HttpStatusCode.Conflict).Code.Should().Be("in_use");
        (await Admin.PatchAsync($"/api/v1/consumers/{key["consumerId"]}", new { segment = "public" })).Is(HttpStatusCode.Conflict).Pointers.Should().Equal("/segment");
    }

    [Test]
    public async Task Delete_WithLivingKeys_IsRefusedUntilTheyAreRevoked()
    {
        var id = await NewConsumerAsync();
        var key = await NewKeyAsync(id);
        (await Admin.DeleteAsync($"/api/v1/consumers/{id}")).Is(HttpStatusCode.Conflict).Code.Should().Be("in_use");
        await Admin.PostAsync($"/api/v1/keys/{key.Id}:revoke");

        (await Admin.DeleteAsync($"/api/v1/consumers/{id}")).Is(HttpStatusCode.NoContent);

        (await Admin.GetAsync($"/api/v1/consumers/{id}")).Is(HttpStatusCode.NotFound);
        (await Admin.GetAsync($"/api/v1/keys/{key.Id}")).Is(HttpStatusCode.NotFound);
    }
}
