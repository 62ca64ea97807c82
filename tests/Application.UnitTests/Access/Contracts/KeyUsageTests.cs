using DataHub.Application.Access.Contracts;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Application.UnitTests.Access.Contracts;

public class KeyUsageTests
{
    [Test]
    public void CountReplaced_SeveralAddresses_AreCountedApart()
    {
        var usage = new KeyUsage();
        usage.IsEmpty.Should().BeTrue();
        usage.CountReplaced(1, 10);
        usage.CountReplaced(2, 20);
        usage.CountReplaced(1, 30);

        usage.IsEmpty.Should().BeFalse();
        var addresses = new List<AddressUse>();
        usage.DrainReplaced(addresses).Should().Be(3);
        addresses.Should().Equal(new AddressUse(1, 2, 30), new AddressUse(2, 1, 20));
        usage.IsEmpty.Should().BeTrue();
        usage.DrainReplaced(addresses).Should().Be(0);
    }

    [Test]
    public void CountReplaced_MoreAddressesThanFit_CountInTheSum()
    {
        var usage = new KeyUsage();
        for (var i = 0; i < 1000; i++)
        {
            usage.CountReplaced((UInt128)i, i);
        }

        var addresses = new List<AddressUse>();
        usage.DrainReplaced(addresses).Should().Be(1000);
        addresses.Should().HaveCount(20);
    }

    [Test]
    public void CountReplaced_AfterTheFirst_AllocatesNothing()
    {
        var usage = new KeyUsage();
        for (var warmUp = 0; warmUp < 2; warmUp++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                usage.CountReplaced((UInt128)(i % 30), i);
            }

            if (warmUp == 1)
            {
                (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
            }
        }
    }
}
