using System.Data.Common;
using DataHub.Application.Abstractions;
using DataHub.Application.Access.Setup;
using DataHub.Application.Routing.Contracts;
using DataHub.Gateway.Api.Demo;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace DataHub.Gateway.Api.Composition;

/// <summary>Tells the operator, on standard output, when the gateway serves and what to do next.</summary>
internal static class ReadyNotice
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Prints <c>ready:</c> once a snapshot is served, then the setup token while it is needed and the call of the demo.</summary>
    /// <param name="app">A started host.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task PrintAsync(WebApplication app, CancellationToken cancellationToken)
    {
        var clock = app.Services.GetRequiredService<TimeProvider>();
        var snapshots = app.Services.GetService<IGatewaySnapshotSource>();
        var began = clock.GetTimestamp();
        var said = false;
        while (snapshots?.Current.Loaded == false)
        {
            if (!said && clock.GetElapsedTime(began) > Patience)
            {
                said = true;
                await Console.Error.WriteLineAsync("not ready yet: no configuration could be loaded; the database is away and there is no snapshot on disk. Still trying.");
            }

            await Task.Delay(Pace, clock, cancellationToken);
        }

        var address = AddressOf(app);
        Console.WriteLine($"ready: {address}");
        var options = app.Services.GetRequiredService<IOptions<GatewayOptions>>().Value;
        if (options.AdminPort > 0)
        {
            Console.WriteLine($"admin: {Listeners.LocalUrl(options, options.AdminPort)}");
        }

        await PrintSetupTokenAsync(app, cancellationToken);
        if (app.Services.GetService<DemoKeyFile>() is { } demo)
        {
            // With a database that is slow or away, the seed is still on its way.
            await demo.Usable.WaitAsync(cancellationToken);
            Console.WriteLine($"try: curl -i -H 'X-API-Key: {demo.Read()}' {address}/gateway/demo/hello");
        }
    }

    // Printed at every start until it was used: whoever lost it starts the process again.
    private static async Task PrintSetupTokenAsync(WebApplication app, CancellationToken cancellationToken)
    {
        try
        {
            if (await app.Services.GetRequiredService<ISetupToken>().GetPendingAsync(cancellationToken) is { } token)
            {
                Console.WriteLine($"setup token: {token}");
            }
        }
        catch (DbException)
        {
            await Console.Error.WriteLineAsync("setup token: not known while the database is away; start again once it is back.");
        }
    }

    /// <summary>The URL under which this machine reaches the gateway.</summary>
    /// <param name="app">A started host.</param>
    public static string AddressOf(WebApplication app)
    {
        var bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return Listeners.LocalUrl(app.Services.GetRequiredService<IOptions<GatewayOptions>>().Value, BindingAddress.Parse(bound).Port);
    }
}
