using DataHub.Infrastructure.Observability.RequestLogs;
using DataHub.TestKit.Builders;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Observability.RequestLogs;

public sealed class RowSpoolTests
{
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("datahub-spool").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Peek_FrameAlteredInTheMiddle_KeepsTheFileAside()
    {
        var counters = new RequestLogCounters();
        using (var spool = new RowSpool(_folder, long.MaxValue, TimeProvider.System, counters))
        {
            for (var i = 0; i < 4; i++)
            {
                spool.TryAppend(Guid.CreateVersion7(), LogSegments.Of([.. Enumerable.Range(0, 250).Select(_ => RequestRecords.Proxied())])).Should().BeTrue();
            }
        }

        var path = Directory.GetFiles(_folder, "*.rows").Single();
        using (var file = File.OpenHandle(path, access: FileAccess.ReadWrite))
        {
            RandomAccess.Write(file, [0x55], 5000);
        }

        using var damaged = new RowSpool(_folder, long.MaxValue, TimeProvider.System, counters);
        damaged.Peek().Should().BeNull();
        counters.Damaged.Should().Be(1);
        damaged.Bytes.Should().Be(0);
        File.Exists(path + ".damaged").Should().BeTrue();
    }
}
