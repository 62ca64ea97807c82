using DataHub.Application.Abstractions;
using DataHub.Infrastructure.Persistence.Embedded;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Hosting;

[TestFixture]
public sealed class PostgresBinariesTests
{
    private string _root = "";

    [SetUp]
    public void MakeRoot() => _root = Directory.CreateTempSubdirectory("datahub-test-").FullName;

    [TearDown]
    public void RemoveRoot() => Directory.Delete(_root, recursive: true);

    [Test]
    public void Find_SeveralVersions_TakesTheNewestByNumber()
    {
        Install("9/bin");
        Install("15/bin");
        Install("17/bin");

        PostgresBinaries.Find(null, _root, "").Major.Should().Be(17);
    }

    [Test]
    public void Find_ExistingCluster_TakesItsVersion()
    {
        Install("15/bin");
        Install("17/bin");

        PostgresBinaries.Find(15, _root, "").Major.Should().Be(15);
    }

    [Test]
    public void Find_ClusterOfAVersionThatIsNotInstalled_SaysWhichPackageIsMissing()
    {
        Install("17/bin");

        var find = () => PostgresBinaries.Find(15, _root, "");

        find.Should().Throw<StartupRefusedException>().WithMessage("*written by PostgreSQL 15, but only 17*apt-get install*postgresql-15*");
    }

    [Test]
    public void Find_OnPathOnly_IsFound()
    {
        Install("elsewhere");

        PostgresBinaries.Find(null, Path.Combine(_root, "nothing"), $"/nowhere:{_root}/elsewhere").Folder.Should().Be($"{_root}/elsewhere");
    }

    [Test]
    public void Find_Nothing_SaysTheExactCommandAndTheAlternative()
    {
        var find = () => PostgresBinaries.Find(null, _root, "");

        find.Should().Throw<StartupRefusedException>()
            .WithMessage("*sudo apt-get install -y --no-install-recommends postgresql*DataHub__Database__ConnectionString*");
    }

    [Test]
    public void Unprivileged_NoSuchUser_SaysWhatMakesIt()
    {
        var find = () => ServerAccount.Unprivileged(["root:x:0:0::/root:/bin/sh"]);

        find.Should().Throw<StartupRefusedException>().WithMessage("*no user 'postgres'*apt-get install*");
    }

    [Test]
    public void Unprivileged_UserExists_SwitchesToItsNumbers()
    {
        var account = ServerAccount.Unprivileged(["root:x:0:0::/root:/bin/sh", "postgres:x:101:103:x:/var/lib/postgresql:/bin/bash"]);

        account.UserId.Should().Be(101);
        account.GroupId.Should().Be(103);
        account.Switch.Should().Equal("setpriv", "--reuid", "101", "--regid", "103", "--clear-groups");
    }

    private void Install(string folder)
    {
        Directory.CreateDirectory(Path.Combine(_root, folder));
        File.WriteAllText(Path.Combine(_root, folder, "postgres"), "");
        File.WriteAllText(Path.Combine(_root, folder, "initdb"), "");
    }
}
