using System.Globalization;
using System.Net;
using Yarp.ReverseProxy.Configuration;

// YARP with one route to one destination, and nothing else. Settings: --Port and --Upstream.
var builder = WebApplication.CreateBuilder(args);
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.AddServerHeader = false;
    kestrel.Listen(IPAddress.Loopback, builder.Configuration.GetValue<int>("Port"));
});
builder.Services.AddReverseProxy().LoadFromMemory(
    [
        new RouteConfig
        {
            RouteId = "orders",
            ClusterId = "orders",
            Match = new RouteMatch { Path = "/gateway/orders/{**rest}" },
            Transforms = [new Dictionary<string, string> { ["PathRemovePrefix"] = "/gateway/orders" }],
        },
    ],
    [
        new ClusterConfig
        {
            ClusterId = "orders",
            Destinations = new Dictionary<string, DestinationConfig>
            {
                ["upstream"] = new() { Address = builder.Configuration.GetValue<string>("Upstream")! },
            },
        },
    ]);

var app = builder.Build();
app.MapReverseProxy();

// Read by the runner before and after a run: all bytes that the process ever allocated on the managed heap.
app.MapGet("/bench/allocated", () => GC.GetTotalAllocatedBytes().ToString(CultureInfo.InvariantCulture));
await app.RunAsync();
