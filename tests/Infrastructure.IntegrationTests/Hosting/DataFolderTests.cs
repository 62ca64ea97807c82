using DataHub.Application.Abstractions;
using DataHub.Infrastructure.Hosting;
using FluentAssertions;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Hosting;

[TestFixture]
public sealed class DataFolderTests
{
    private string _parent = "";

    [SetUp]
    public void MakeParent() => _parent = Directory.CreateTempSubdirectory("datahub-test-").FullName;

    [TearDown]
    public void RemoveParent() => Directory.Delete(_parent, recursive: true);

    [Test]
    public void Constructor_NewFolder_IsMadeForItsOwnerOnly()
    {
        using var folder = Open();

        folder.Path.Should().Be(Path.Combine(_parent, "data"));
        File.GetUnixFileMode(folder.Path).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Test]
    public void Constructor_FolderOfARunningGateway_IsRefusedNamingIt()
    {
        using var first = Open();

        var second = () => Open();

        second.Should().Throw<StartupRefusedException>().WithMessage($"*{first.Path} is in use*process {Environment.ProcessId}*DATAHUB_DATA*");
    }

    [Test]
    public void Constructor_FolderOfAStoppedGateway_IsTaken()
    {
        Open().Dispose();

        using var second = Open();

        second.Path.Should().NotBeEmpty();
    }

    [Test]
    public void Constructor_FileInTheWay_IsRefusedWithTheStepThatMendsIt()
    {
        File.WriteAllText(Path.Combine(_parent, "data"), "");

        var open = () => Open();

        open.Should().Throw<StartupRefusedException>().WithMessage("*data cannot be used*DATAHUB_DATA*");
    }

    // The number of the process is for people; a full disk must not look like another gateway.
    [Test]
    public void Constructor_DiskIsFull_IsTakenAllTheSame()
    {
        Directory.CreateDirectory(Path.Combine(_parent, "data"));
        File.CreateSymbolicLink(Path.Combine(_parent, "data", "pid"), "/dev/full");

        using var folder = Open();

        folder.Path.Should().NotBeEmpty();
    }

    private DataFolder Open() => new(Options.Create(new GatewayOptions { DataPath = Path.Combine(_parent, "data") }));
}
