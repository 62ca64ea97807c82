using DataHub.Infrastructure.Access.ApiKeys;
using DataHub.Infrastructure.Access.Secrets;
using DataHub.Infrastructure.Redis;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Hosting;

/// <summary>What would only show when a connection is made, or after the database was started, is refused with all other mistakes.</summary>
[TestFixture]
public sealed class ConnectionRulesTests
{
    private const string Pepper = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

    [TestCase("")]
    [TestCase("127.0.0.1:6379")]
    [TestCase("redis")]
    [TestCase("one:6379, two:6380,password=a:b,ssl=true")]
    [TestCase("::1")]
    [TestCase("[::1]:6379")]
    public void Redis_ConnectionStringOfTheClient_IsTaken(string text) =>
        new RedisOptionsRules().Validate(null, new RedisOptions { ConnectionString = text }).Failed.Should().BeFalse();

    [TestCase("127.0.0.1:hunter2")]
    [TestCase("redis:0")]
    [TestCase("redis:70000")]
    [TestCase("redis://hunter2:6379")]
    [TestCase("hun ter2:6379")]
    [TestCase("password=hunter2")]
    [TestCase("redis:6379,passwrod=hunter2")]
    [TestCase("redis:6379,ssl=hunter2")]
    public void Redis_AnythingElse_IsRefusedWithoutRepeatingIt(string text)
    {
        var result = new RedisOptionsRules().Validate(null, new RedisOptions { ConnectionString = text });

        result.Failed.Should().BeTrue();
        result.FailureMessage.Should().StartWith("ConnectionString: ").And.NotContain("hunter2");
    }

    [Test]
    public void Peppers_SeveralBadOnes_AreEachNamedWithoutRepeatingThem()
    {
        var result = new ApiKeysOptionsRules().Validate(null, new ApiKeysOptions { Peppers = { [1] = Pepper, [2] = "hunter2", [3] = "AAAA" } });

        result.Failures.Should().HaveCount(2).And.OnlyContain(f => f.StartsWith("Peppers: version ") && !f.Contains("hunter2"));
    }

    [Test]
    public void PepperFile_ThatIsNotThere_IsRefused() =>
        new ApiKeysOptionsRules().Validate(null, new ApiKeysOptions { PepperFile = "/no/such/file" }).Failures.Should().ContainSingle().Which.Should().StartWith("PepperFile: ");

    [Test]
    public void Peppers_NoneAndNoFile_AreMadeLater() => new ApiKeysOptionsRules().Validate(null, new ApiKeysOptions()).Succeeded.Should().BeTrue();
}
