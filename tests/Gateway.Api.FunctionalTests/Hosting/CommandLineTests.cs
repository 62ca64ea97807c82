using DataHub.Gateway.Api.Composition.Settings;
using FluentAssertions;
using Microsoft.Extensions.Configuration;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Hosting;

[TestFixture]
public sealed class CommandLineTests
{
    [TestCase("--port=8080", null, "DataHub:Gateway:Port", "8080")]
    [TestCase("--port", "8080", "DataHub:Gateway:Port", "8080")]
    [TestCase("--data", "/srv/data", "DataHub:Gateway:DataPath", "/srv/data")]
    [TestCase("--Gateway:Address=::1", null, "DataHub:Gateway:Address", "::1")]
    [TestCase("--DataHub:Gateway:Address=::1", null, "DataHub:Gateway:Address", "::1")]
    [TestCase("--Database:ConnectionString=Host=a;Password=b=c", null, "DataHub:Database:ConnectionString", "Host=a;Password=b=c")]
    [TestCase("--Logging:LogLevel:DataHub=Debug", null, "Logging:LogLevel:DataHub", "Debug")]
    public void Parse_ASetting_HasItsFullKey(string first, string? second, string key, string value)
    {
        var line = CommandLine.Parse(second is null ? [first] : [first, second]);

        line.Mistakes.Should().BeEmpty();
        line.Settings.Should().ContainSingle().Which.Should().Be(KeyValuePair.Create<string, string?>(key, value));
    }

    [Test]
    public void Parse_Words_AreRead()
    {
        CommandLine.Parse(["--demo"]).Demo.Should().BeTrue();
        CommandLine.Parse(["--help"]).Help.Should().BeTrue();
        CommandLine.Parse([]).Should().Match<CommandLine>(l => !l.Demo && !l.Help && l.ReferenceFile == null);
    }

    [Test]
    public void Parse_SeveralSlips_NamesEach() =>
        CommandLine.Parse(["stray", "--prot", "80", "--dmeo", "--port"]).Mistakes.Select(m => $"{m.Key} {m.Message}").Should().Equal(
            "stray is not an option; options begin with --.",
            "--prot is not an option. Did you mean --port?",
            "--dmeo is not an option. Did you mean --demo?",
            "--port needs a value.");

    [Test]
    public void Use_TheSameKeyEverywhere_CommandLineWins()
    {
        Environment.SetEnvironmentVariable("DataHub__Gateway__NodeName", "from-environment");
        Environment.SetEnvironmentVariable("DataHub__Gateway__DataPath", "from-environment");
        Environment.SetEnvironmentVariable("DATAHUB_PORT", "4242");
        try
        {
            var builder = new ConfigurationBuilder();
            builder.Use(CommandLine.Parse(["--Gateway:NodeName=from-line"]));
            var configuration = builder.Build();

            configuration["DataHub:Gateway:NodeName"].Should().Be("from-line");
            configuration["DataHub:Gateway:DataPath"].Should().Be("from-environment", "the file says .datahub and is weaker");
            configuration["DataHub:Gateway:Port"].Should().Be("4242", "the file says 3000 and is weaker");
        }
        finally
        {
            Environment.SetEnvironmentVariable("DataHub__Gateway__NodeName", null);
            Environment.SetEnvironmentVariable("DataHub__Gateway__DataPath", null);
            Environment.SetEnvironmentVariable("DATAHUB_PORT", null);
        }
    }
}
