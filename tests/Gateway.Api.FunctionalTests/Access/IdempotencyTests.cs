using System.Net;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access;

public class IdempotencyTests : AccessFixture
{
    [Test]
    public async Task Post_SameKeyAndBody_IssuesOnceAndRepeatsTheAnswer()
    {
        var body = new { name = NewName(), consumerId = await NewConsumerAsync() };

        var first = await Admin.PostAsync("/api/v1/keys", body, ("Idempotency-Key", "issue-1"));
        var second = await Admin.PostAsync("/api/v1/keys", body, ("Idempotency-Key", "issue-1"));

        first.Is(HttpStatusCode.Created).Headers.Should().NotContainKey("Idempotent-Replayed");
        second.Is(HttpStatusCode.Created).Headers["Idempotent-Replayed"].Should().Be("true");
        second.Body.ToJsonString().Should().Be(first.Body.ToJsonString());
        foreach (var header in new[] { "Location", "ETag", "Cache-Control", "Content-Type" })
        {
            second.Headers[header].Should().Be(first.Headers[header]);
        }

        (await Database.QueryScalarAsync<long>($"SELECT count(*) FROM access.api_keys WHERE name = '{body.name}'")).Should().Be(1);
    }

    [Test]
    public async Task Post_SameKeyManyTimesAtOnce_CarriesItOutOnce()
    {
        var body = new { name = NewName(), consumerId = await NewConsumerAsync() };

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Admin.PostAsync("/api/v1/keys", body, ("Idempotency-Key", "race"))));

        answers.Where(a => a.Status != HttpStatusCode.Created).Should().AllSatisfy(a => a.Is(HttpStatusCode.Conflict).Code.Should().Be("idempotency_in_progress"));
        answers.Where(a => a.Status == HttpStatusCode.Created).Select(a => a.Id).Distinct().Should().ContainSingle();
        (await Database.QueryScalarAsync<long>($"SELECT count(*) FROM access.api_keys WHERE name = '{body.name}'")).Should().Be(1);
    }

    [Test]
    public async Task Post_SameKeyOtherBody_Is422()
    {
        var consumer = await NewConsumerAsync();
        await Admin.PostAsync("/api/v1/keys", new { name = "one", consumerId = consumer }, ("Idempotency-Key", "reused"));

        (await Admin.PostAsync("/api/v1/keys", new { name = "two", consumerId = consumer }, ("Idempotency-Key", "reused")))
            .Is(HttpStatusCode.UnprocessableEntity).Code.Should().Be("idempotency_key_reused");
    }

    [Test]
    public async Task Post_SameKeyOtherCallerOrPath_IsAnotherRequest()
    {
        var other = await NewKeyAsync(await NewConsumerAsync("admin"), "admin");
        using var second = AdminClient.As(Gateway, other.Body["secret"]!.ToString());
        var consumer = await NewConsumerAsync();
        var key = await NewKeyAsync(consumer);
        var body = new { name = "shared", consumerId = consumer };

        var one = (await Admin.PostAsync("/api/v1/keys", body, ("Idempotency-Key", "shared"))).Is(HttpStatusCode.Created);
        var two = (await second.PostAsync("/api/v1/keys", body, ("Idempotency-Key", "shared"))).Is(HttpStatusCode.Created);
        (await Admin.PostAsync($"/api/v1/keys/{key.Id}:disable", null, ("Idempotency-Key", "shared"))).Is(HttpStatusCode.OK);

        two.Id.Should().NotBe(one.Id);
    }

    [Test]
    public async Task Post_Refused_RepeatsTheRefusal()
    {
        var first = (await Admin.PostAsync("/api/v1/consumers", """{"name":""}""", ("Idempotency-Key", "bad"))).Is(HttpStatusCode.BadRequest);
        var second = (await Admin.PostAsync("/api/v1/consumers", """{"name":""}""", ("Idempotency-Key", "bad"))).Is(HttpStatusCode.BadRequest);

        second.Headers["Idempotent-Replayed"].Should().Be("true");
        second.Pointers.Should().Equal(first.Pointers);
    }

    [Test]
    public async Task Post_DryRun_IsNotKept()
    {
        var body = new { name = NewName(), segment = "public" };

        (await Admin.PostAsync("/api/v1/consumers?dryRun=true", body, ("Idempotency-Key", "dry"))).Is(HttpStatusCode.OK);

        (await Admin.PostAsync("/api/v1/consumers", body, ("Idempotency-Key", "dry"))).Is(HttpStatusCode.Created);
    }

    [Test]
    public async Task Post_ClaimOfADeadProcess_IsTakenOverAfterAMinuteAndRefusedBefore()
    {
        var body = new { name = NewName(), segment = "public" };
        await Admin.PostAsync("/api/v1/consumers", body, ("Idempotency-Key", "dead"));
        await Database.ExecuteAsync("UPDATE platform.idempotency_keys SET answer = NULL, committed = false, claimed_until = now() + interval '1 minute'");
        await Database.ExecuteAsync($"DELETE FROM access.consumers WHERE name = '{body.name}'");

        (await Admin.PostAsync("/api/v1/consumers", body, ("Idempotency-Key", "dead"))).Is(HttpStatusCode.Conflict).Code.Should().Be("idempotency_in_progress");
        await Database.ExecuteAsync("UPDATE platform.idempotency_keys SET claimed_until = now() - interval '1 second' WHERE answer IS NULL");
        (await Admin.PostAsync("/api/v1/consumers", body, ("Idempotency-Key", "dead"))).Is(HttpStatusCode.Created);
    }

    // As when the machine was suspended in the middle of a request, or a process stopped by a debugger.
    [Test]
    public async Task Post_ClaimThatRanOutWhileItsHolderWasAtWork_IsCarriedOutOnce()
    {
        var body = new { name = NewName(), consumerId = await NewConsumerAsync() };
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await using var hold = await connection.BeginTransactionAsync();
        await using (var command = connection.CreateCommand())
        {
            command.CommandText = "LOCK TABLE access.api_keys IN SHARE MODE";
            await command.ExecuteNonQueryAsync();
        }

        var first = Admin.PostAsync("/api/v1/keys", body, ("Idempotency-Key", "stalled"));
        await TestKit.Waiting.Eventually.TrueAsync(
            () => Database.QueryScalarAsync<bool>("SELECT EXISTS (SELECT FROM platform.idempotency_keys WHERE answer IS NULL AND claimed_until > now())"), "the first has claimed it, and waits for the lock");
        await Database.ExecuteAsync("UPDATE platform.idempotency_keys SET claimed_until = now() - interval '1 second' WHERE answer IS NULL");
        var second = Admin.PostAsync("/api/v1/keys", body, ("Idempotency-Key", "stalled"));
        await TestKit.Waiting.Eventually.TrueAsync(
            () => Database.QueryScalarAsync<bool>("SELECT EXISTS (SELECT FROM platform.idempotency_keys WHERE answer IS NULL AND claimed_until > now())"), "the second took the claim over");
        await hold.RollbackAsync();

        (await second).Is(HttpStatusCode.Created);
        (await first).Is(HttpStatusCode.Conflict).Code.Should().Be("idempotency_in_progress");
        (await Database.QueryScalarAsync<long>($"SELECT count(*) FROM access.api_keys WHERE name = '{body.name}'")).Should().Be(1);
        (await Admin.PostAsync("/api/v1/keys", body, ("Idempotency-Key", "stalled"))).Is(HttpStatusCode.Created).Headers["Idempotent-Replayed"].Should().Be("true");
    }

    // Killed between the commit and the keeping of the answer.
    [Test]
    public async Task Post_ThatWasCommittedByADeadProcess_IsNotCarriedOutAgain()
    {
        var body = new { name = NewName(), segment = "public" };
        (await Admin.PostAsync("/api/v1/consumers", body, ("Idempotency-Key", "committed"))).Is(HttpStatusCode.Created);
        await Database.ExecuteAsync("UPDATE platform.idempotency_keys SET answer = NULL WHERE committed");

        (await Admin.PostAsync("/api/v1/consumers", body, ("Idempotency-Key", "committed"))).Is(HttpStatusCode.Conflict).Code.Should().Be("idempotency_in_progress");
        await Database.ExecuteAsync("UPDATE platform.idempotency_keys SET claimed_until = now() - interval '1 second' WHERE answer IS NULL");

        (await Admin.PostAsync("/api/v1/consumers", body, ("Idempotency-Key", "committed"))).Is(HttpStatusCode.Conflict).Code.Should().Be("idempotency_answer_lost");
        (await Database.QueryScalarAsync<long>($"SELECT count(*) FROM access.consumers WHERE name = '{body.name}'")).Should().Be(1);
    }

    [Test]
    public async Task Post_AfterADay_IsANewRequest()
    {
        var key = await NewKeyAsync();
        await Admin.PostAsync($"/api/v1/keys/{key.Id}:disable", null, ("Idempotency-Key", "day"));
        await Database.ExecuteAsync("UPDATE platform.idempotency_keys SET expires_at = now() - interval '1 second'");

        (await Admin.PostAsync($"/api/v1/keys/{key.Id}:disable", null, ("Idempotency-Key", "day")))
            .Is(HttpStatusCode.OK).Headers.Should().NotContainKey("Idempotent-Replayed");
    }

    [Test]
    public async Task StoredAnswer_WithASecret_IsNotReadableInTheDatabase()
    {
        var issued = await Admin.PostAsync("/api/v1/keys", new { name = NewName(), consumerId = await NewConsumerAsync() }, ("Idempotency-Key", "sealed"));
        var secret = issued.Body["secret"]!.ToString();

        var found = await Database.QueryScalarAsync<bool>(
            $"SELECT bool_or(position('{secret[8..20]}'::bytea in answer) > 0 OR position('Headers'::bytea in answer) > 0) FROM platform.idempotency_keys WHERE answer IS NOT NULL");

        found.Should().BeFalse("neither the secret nor the frame around the encoded body can be read");
    }

    [TestCase("")]
    [TestCase("with space")]
    [TestCase(256)]
    public async Task Post_KeyOutOfBounds_Is400(object key)
    {
        var text = key is int length ? new string('k', length) : (string)key;

        (await Admin.PostAsync("/api/v1/consumers", new { name = NewName(), segment = "public" }, ("Idempotency-Key", text))).Is(HttpStatusCode.BadRequest);
    }
}
