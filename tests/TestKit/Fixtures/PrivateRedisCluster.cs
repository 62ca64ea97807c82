using System.Globalization;
using DataHub.TestKit.Waiting;

namespace DataHub.TestKit.Fixtures;

/// <summary>A Redis Cluster of three masters, each with a third of the slots, without replicas and without disk.</summary>
public sealed class PrivateRedisCluster : IDisposable
{
    private const int Slots = 16_384;

    private readonly TemporaryFolder _folder;
    private readonly List<PrivateRedis> _servers;

    private PrivateRedisCluster(TemporaryFolder folder, List<PrivateRedis> servers) => (_folder, _servers) = (folder, servers);

    /// <summary>Addresses of all masters, by commas, as a connection string names them.</summary>
    public string Addresses => string.Join(',', _servers.Select(s => s.Address));

    public IReadOnlyList<PrivateRedis> Servers => _servers;

    public static async Task<PrivateRedisCluster> StartAsync()
    {
        var folder = new TemporaryFolder();
        var servers = new List<PrivateRedis>();
        var buses = new List<int>();
        for (var i = 0; i < 3; i++)
        {
            buses.Add(FreePort.Find());
            servers.Add(await PrivateRedis.StartAsync(
                "--cluster-enabled", "yes", "--cluster-config-file", folder.File($"nodes-{i}.conf"), "--cluster-node-timeout", "5000",
                "--cluster-port", buses[i].ToString(CultureInfo.InvariantCulture)));
        }

        var cluster = new PrivateRedisCluster(folder, servers);
        await cluster.JoinAsync(buses);
        return cluster;
    }

    public void Dispose()
    {
        _servers.ForEach(s => s.Dispose());
        _folder.Dispose();
    }

    private async Task JoinAsync(List<int> buses)
    {
        for (var i = 0; i < _servers.Count; i++)
        {
            var (first, last) = (i * Slots / _servers.Count, ((i + 1) * Slots / _servers.Count) - 1);
            await AskAsync(i, "ADDSLOTSRANGE", first, last);
            await AskAsync(i, "SET-CONFIG-EPOCH", i + 1);
        }

        for (var i = 1; i < _servers.Count; i++)
        {
            await AskAsync(0, "MEET", "127.0.0.1", _servers[i].Port, buses[i]);
        }

        await Eventually.TrueAsync(
            async () =>
            {
                for (var i = 0; i < _servers.Count; i++)
                {
                    if (!(await AskAsync(i, "INFO")).Contains("cluster_state:ok", StringComparison.Ordinal))
                    {
                        return false;
                    }
                }

                return true;
            },
            "the cluster has formed", TimeSpan.FromSeconds(30));
    }

    private async Task<string> AskAsync(int server, params object[] words) => (await PlainRedis.AskAsync(_servers[server].Port, [.. words.Prepend("CLUSTER")]))[0];
}
