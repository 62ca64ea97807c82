using System.Net;
using System.Net.Sockets;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Hosting;

public class PortTakenTests
{
    [Test]
    public async Task Start_PortThatIsTaken_SaysSoInWordsAlone()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var folder = new TemporaryFolder();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

        await using var program = GatewayProgram.Start(folder.Path, "--port", port, "--Database:ConnectionString=" + database.ConnectionString);

        (await program.ExitCodeAsync()).Should().NotBe(0);
        program.Errors.Should().Contain("address already in use").And.Contain("--port");
        program.Log.Should().NotContain("Critical", "that services which had begun were stopped is no failure of theirs");
    }

    [Test]
    public async Task Start_AddressThatIsNotThisMachines_SaysSoInWordsAlone()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var folder = new TemporaryFolder();

        await using var program = GatewayProgram.Start(folder.Path, "--port", "0", "--Gateway:Address=192.0.2.1", "--Database:ConnectionString=" + database.ConnectionString);

        (await program.ExitCodeAsync()).Should().NotBe(0);
        program.Errors.Should().Contain("cannot start").And.Contain("Gateway:Address").And.NotContain("report this").And.NotContain(" at ");
    }
}
