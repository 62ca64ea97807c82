using DataHub.Application.Abstractions;
using DataHub.Infrastructure.Access.ApiKeys;
using DataHub.Infrastructure.Access.Secrets;
using DataHub.Infrastructure.Randomness;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Access.Secrets;

[Platform(Exclude = "Win")]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class PepperTests
{
    private const string Valid = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void Make() => _folder = new TemporaryFolder();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void Load_FirstStart_MakesAPepperForTheOwnerOnlyAndKeepsIt()
    {
        var first = Source().Load();
        var second = Source().Load();

        first.Current.Version.Should().Be(1);
        second.Current.Fingerprint().Should().Equal(first.Current.Fingerprint());
        File.GetUnixFileMode(PepperPath).Should().Be(OwnerOnly);
        File.GetUnixFileMode(_folder.File("secrets")).Should().Be(OwnerOnly | UnixFileMode.UserExecute);
        Directory.GetFiles(_folder.File("secrets")).Should().ContainSingle();
    }

    [Test]
    public void Load_FileOpenToOthers_RefusesToStartAndSaysHowToCloseIt()
    {
        Source().Load();
        File.SetUnixFileMode(PepperPath, OwnerOnly | UnixFileMode.GroupRead);

        Refusal(() => Source().Load()).Should().Contain(PepperPath).And.Contain("chmod 600").And.Contain("0640");
    }

    [TestCase("1:short")]
    [TestCase("1:AAAA")]
    [TestCase("one:" + Valid)]
    [TestCase(Valid)]
    [TestCase("")]
    [TestCase("1:" + Valid + "\n1:" + Valid)]
    public void Load_MalformedFile_RefusesToStartWithoutShowingIt(string content)
    {
        OwnerOnlyFile.TryCreate(PepperPath, content);

        Refusal(() => Source().Load()).Should().NotContain("AQEB");
    }

    [Test]
    public void Load_FileWithSeveral_TakesTheHighestForNewSecrets()
    {
        var path = _folder.File("peppers");
        OwnerOnlyFile.TryCreate(path, $"1:{Valid}\n2:{Valid.Replace('A', 'B')}\n");

        var ring = Source(new ApiKeysOptions { PepperFile = path }).Load();

        ring.Current.Version.Should().Be(2);
        ring.Find(1).Should().NotBeNull();
        File.Exists(PepperPath).Should().BeFalse();
    }

    [Test]
    public void Load_NamedFileMissing_RefusesToStart() =>
        Refusal(() => Source(new ApiKeysOptions { PepperFile = "/no/such/file" }).Load()).Should().Contain("/no/such/file");

    [Test]
    public void Load_Configured_TakesThoseAndMakesNoFile()
    {
        var ring = Source(new ApiKeysOptions { Peppers = { [3] = Valid } }).Load();

        ring.Current.Version.Should().Be(3);
        File.Exists(PepperPath).Should().BeFalse();
        Refusal(() => Source(new ApiKeysOptions { Peppers = { [3] = "secret-but-short" } }).Load()).Should().NotContain("secret-but-short");
    }

    [Test]
    public async Task Check_NodeWithAnotherPepper_RefusesToStart()
    {
        await using var database = await TestDatabase.CreateAsync();
        var ring = Source().Load();
        var stranger = new PepperRing([new Pepper(1, [.. Enumerable.Repeat((byte)9, 32)])]);

        await new PepperCheck(ring, database.DataSource, NullLogger<PepperCheck>.Instance).RunAsync(CancellationToken.None);
        await new PepperCheck(ring, database.DataSource, NullLogger<PepperCheck>.Instance).RunAsync(CancellationToken.None);
        var check = () => new PepperCheck(stranger, database.DataSource, NullLogger<PepperCheck>.Instance).RunAsync(CancellationToken.None);

        (await check.Should().ThrowAsync<StartupRefusedException>()).Which.Message.Should().Contain("secrets/pepper");
    }

    [Test]
    public void SecretBox_SealedContent_OpensOnlyInItsContextAndUnderItsPepper()
    {
        Pepper one = new(1, [.. Enumerable.Repeat((byte)1, 32)]), two = new(2, [.. Enumerable.Repeat((byte)2, 32)]);
        var box = new PepperSecretBox(new PepperRing([one]), new CryptoRandom());
        var sealedContent = box.Seal("content"u8, "here"u8);

        box.Open(sealedContent, "here"u8).Should().Equal("content"u8.ToArray());
        new PepperSecretBox(new PepperRing([one, two]), new CryptoRandom()).Open(sealedContent, "here"u8).Should().NotBeNull("older peppers still open");
        box.Open(sealedContent, "there"u8).Should().BeNull();
        new PepperSecretBox(new PepperRing([two]), new CryptoRandom()).Open(sealedContent, "here"u8).Should().BeNull();
        box.Open(sealedContent.AsSpan(0, 20), "here"u8).Should().BeNull();
        box.Seal("content"u8, "here"u8).Should().NotEqual(sealedContent);
        for (var i = 0; i < sealedContent.Length; i++)
        {
            var changed = sealedContent.ToArray();
            changed[i] ^= 1;
            box.Open(changed, "here"u8).Should().BeNull();
        }
    }

    private string PepperPath => _folder.File("secrets", "pepper");

    private PepperSource Source(ApiKeysOptions? options = null) =>
        new(Options.Create(options ?? new ApiKeysOptions()), new Folder(_folder.Path), new CryptoRandom());

    private static string Refusal(Action action) => action.Should().Throw<StartupRefusedException>().Which.Message;

    private sealed record Folder(string Path) : IDataFolder;
}
