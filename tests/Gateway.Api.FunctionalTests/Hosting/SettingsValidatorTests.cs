using System.ComponentModel.DataAnnotations;
using DataHub.Application.Abstractions;
using DataHub.Gateway.Api.Composition;
using DataHub.Gateway.Api.Composition.Settings;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NUnit.Framework;
using RangeAttribute = System.ComponentModel.DataAnnotations.RangeAttribute;

namespace DataHub.Gateway.Api.FunctionalTests.Hosting;

[TestFixture]
public sealed class SettingsValidatorTests
{
    private static readonly List<(Type Contract, Type Rule)> s_rules =
    [
        .. new[] { typeof(SettingsValidator), typeof(Application.ApplicationRegistration), typeof(Infrastructure.InfrastructureRegistration) }
            .SelectMany(t => t.Assembly.GetTypes()).Where(t => t is { IsClass: true, IsAbstract: false, IsGenericType: false })
            .SelectMany(t => t.GetInterfaces().Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IValidateOptions<>)).Select(i => (i, t))),
    ];

    [Test]
    public void Validate_DefaultsAlone_FindsNothing() => Validate([]).Should().BeEmpty();

    [Test]
    public void Validate_TheSettingsOfThisBuildWithoutAnyValue_FindsNothing() =>
        new SettingsValidator(SettingsCatalogue.OfThisBuild(), new ConfigurationBuilder().Build()).Validate(rules: null).Should().BeEmpty();

    [Test]
    public async Task Of_TheServicesOfAHost_AreAllSettingsOfTheBuild()
    {
        using var folder = new TemporaryFolder();
        SettingsCatalogue? checkedAtStart = null;
        await using var app = GatewayHost.Build(["--data", folder.Path, "--port", "0"], services => checkedAtStart = SettingsCatalogue.Of(services));

        checkedAtStart!.Sections.Select(s => s.Type).Should().Equal(SettingsCatalogue.OfThisBuild().Sections.Select(s => s.Type), "a start checks each setting that the reference documents");
    }

    [Test]
    public void Validate_ManyMistakes_NamesThemAllAtOnce()
    {
        var mistakes = Validate(new()
        {
            ["DataHub:Sample:Count"] = "many",
            ["DataHub:Sample:Pause"] = "soon",
            ["DataHub:Sample:Mode"] = "loud",
            ["DataHub:Sample:Percent"] = "101",
            ["DataHub:Sample:Inner:Depth"] = "0",
            ["DataHub:Sample:Names"] = "a,b",
            ["DataHub:Sampel:Count"] = "1",
        });

        mistakes.Select(m => $"{m.Key} {m.Message}").Should().BeEquivalentTo(
            "DataHub:Sample:Count must be a whole number from 1 to 10.",
            "DataHub:Sample:Pause must be a duration such as 00:00:30.",
            "DataHub:Sample:Mode must be one of Quick, Thorough.",
            "DataHub:Sample:Percent must be a number from 0 to 100.",
            "DataHub:Sample:Inner:Depth must be a whole number from 1 to 3.",
            "DataHub:Sample:Names is a list: set DataHub:Sample:Names:0, DataHub:Sample:Names:1 and so on.",
            "DataHub:Sampel:Count is not a setting. Did you mean DataHub:Sample:Count?");
    }

    [TestCase("DataHub:Sample:Cuont", "DataHub:Sample:Count")]
    [TestCase("DataHub:sample:counts", "DataHub:Sample:Count")]
    [TestCase("DataHub:Depth", "DataHub:Sample:Inner:Depth")]
    public void Validate_UnknownKey_SuggestsTheNearest(string key, string meant) =>
        Validate(new() { [key] = "1" }).Should().ContainSingle().Which.Message.Should().EndWith($"Did you mean {meant}?");

    [Test]
    public void Validate_UnknownKeyFarFromAll_SuggestsNothing() =>
        Validate(new() { ["DataHub:Whatever:Elsewhere"] = "1" }).Should().ContainSingle().Which.Message.Should().Be("is not a setting.");

    [Test]
    public void Validate_KeyInAnyCase_IsKnown() => Validate(new() { ["datahub:SAMPLE:count"] = "7", ["DataHub:Sample:Names:0"] = "a" }).Should().BeEmpty();

    [Test]
    public void Validate_SecretThatBreaksARule_IsNotShown()
    {
        var mistake = Validate(new() { ["DataHub:Sample:Token"] = "hunter2" }).Should().ContainSingle().Subject;

        mistake.Key.Should().Be("DataHub:Sample:Token");
        mistake.Value.Should().Be("[secret]");
        new SettingsException([mistake]).Message.Should().NotContain("hunter2").And.Contain("too short");
    }

    // A slip in the name of a secret must not put the secret into a log.
    [Test]
    public void Validate_UnknownKey_DoesNotShowItsValue() =>
        new SettingsException(Validate(new() { ["DataHub:Sample:Tokn"] = "hunter2" })).Message.Should().NotContain("hunter2");

    [Test]
    public void Validate_RuleAcrossFields_IsReportedBesideTheRest()
    {
        using var rules = new ServiceCollection().AddSingleton<IValidateOptions<SampleOptions>, SampleRules>().BuildServiceProvider();
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["DataHub:Sample:Count"] = "9", ["DataHub:Sample:Percent"] = "-1" }).Build();

        var mistakes = new SettingsValidator(SettingsCatalogue.Of([typeof(SampleOptions)]), configuration).Validate(rules);

        mistakes.Select(m => $"{m.Key} {m.Message}").Should().BeEquivalentTo(
            "DataHub:Sample:Percent must be a number from 0 to 100.",
            "DataHub:Sample:Count must be even.");
    }

    [Test]
    public void Validate_MistakesInsideOfItems_NamesThemAllAtOnce()
    {
        const string items = "DataHub:Sample:Items";
        var mistakes = Validate(new()
        {
            [$"{items}:good:Retries"] = "3",
            [$"{items}:good:Rules:0:Strict"] = "true",
            [$"{items}:number"] = "7",
            [$"{items}:text:Retries"] = "some",
            [$"{items}:list:Rules"] = "7",
            [$"{items}:object:Rules:0"] = "7",
            [$"{items}:deep:Rules:1:Strict"] = "perhaps",
            [$"{items}:name:Rules:first:Strict"] = "true",
            [$"{items}:slip:Retrys"] = "3",
            [$"{items}:under:Retries:0"] = "3",
            ["DataHub:Sample:Versions:new"] = "a",
            ["DataHub:Sample:Versions:2"] = "b",
        });

        mistakes.Select(m => $"{m.Key[15..]} {m.Message}").Should().BeEquivalentTo(
            $"Items:number has settings of its own: set {items}:number:Retries, {items}:number:Rules and so on.",
            "Items:text:Retries must be a whole number from 0 to 5.",
            $"Items:list:Rules is a list: set {items}:list:Rules:0:Strict, {items}:list:Rules:1:Strict and so on.",
            $"Items:object:Rules:0 has settings of its own: set {items}:object:Rules:0:Strict and so on.",
            "Items:deep:Rules:1:Strict must be true or false.",
            "Items:name:Rules:first:Strict must stand under a whole number.",
            $"Items:slip:Retrys is not a setting. Did you mean {items}:slip:Retries?",
            $"Items:under:Retries:0 is not a setting. Did you mean {items}:under:Retries?",
            "Versions:new must stand under a whole number.");
    }

    // Whatever stands under a key that takes values of several kinds, the answer is a list of mistakes and not an exception of the binder.
    [Test]
    public void Validate_AnyTextForAnySettingOfThisBuild_IsAMistakeOrAValue()
    {
        string[] behind = ["", ":0", ":corp", ":corp:Roles", ":corp:Roles:0", ":corp:Roles:0:Global", ":corp:CreateUsers", ":0:0"];
        foreach (var (type, key) in SettingsCatalogue.OfThisBuild().Sections.SelectMany(s => s.Settings.SelectMany(p => behind.Select(b => (s.Type, $"{s.Path}:{p.Key}{b}")))))
        {
            var section = SettingsCatalogue.Of([type]);
            foreach (var value in new[] { "7", "-1", "x", "", "true", "[]", "{}", "99999999999999999999" })
            {
                var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [key] = value }).Build();

                using var rules = RulesOver(configuration);

                var validate = () => new SettingsValidator(section, configuration).Validate(rules);

                validate.Should().NotThrow($"{key} = {value}");
            }
        }
    }

    // Those across fields as well: they are asked although another value is wrong.
    private static ServiceProvider RulesOver(IConfiguration configuration)
    {
        var services = new ServiceCollection().AddSingleton(configuration);
        foreach (var (contract, rule) in s_rules)
        {
            services.AddSingleton(contract, rule);
        }

        return services.BuildServiceProvider();
    }

    private static IReadOnlyList<SettingMistake> Validate(Dictionary<string, string?> settings) =>
        new SettingsValidator(SettingsCatalogue.Of([typeof(SampleOptions)]), new ConfigurationBuilder().AddInMemoryCollection(settings).Build()).Validate(rules: null);

    [ConfigurationSection("Sample")]
    internal sealed class SampleOptions
    {
        [Range(1, 10)]
        public int Count { get; init; } = 4;

        [Range(0.0, 100.0)]
        public double Percent { get; init; } = 50;

        public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

        public SampleMode Mode { get; init; }

        [SecretSetting]
        [MinLength(8, ErrorMessage = "is too short.")]
        public string? Token { get; init; }

        public IList<string> Names { get; } = [];

        public InnerOptions Inner { get; init; } = new();

        public Dictionary<string, ItemOptions> Items { get; init; } = [];

        public Dictionary<int, string> Versions { get; init; } = [];
    }

    internal sealed class ItemOptions
    {
        [Range(0, 5)]
        public int Retries { get; set; }

        public List<RuleOptions> Rules { get; init; } = [];
    }

    internal sealed class RuleOptions
    {
        public bool Strict { get; set; }
    }

    internal sealed class InnerOptions
    {
        [Range(1, 3)]
        public int Depth { get; init; } = 1;
    }

    internal enum SampleMode
    {
        Quick,
        Thorough,
    }

    private sealed class SampleRules : IValidateOptions<SampleOptions>
    {
        public ValidateOptionsResult Validate(string? name, SampleOptions options) =>
            options.Count % 2 == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail("Count: must be even.");
    }
}
