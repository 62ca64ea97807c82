using System.Net.Sockets;
using DataHub.Application.Abstractions;
using DataHub.Gateway.Api.Composition.Settings;
using DataHub.Gateway.Api.Proxy.Forwarding;
using Microsoft.AspNetCore.Connections;

namespace DataHub.Gateway.Api.Composition;

/// <summary>The process from its first line to its exit code.</summary>
internal static class GatewayProcess
{
    private const int CouldNotStart = 1;

    /// <summary>Runs until a signal ends it.</summary>
    /// <param name="args">The command line.</param>
    /// <returns>The exit code: 0 stopped as asked, 1 could not start, 78 a setting is wrong.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var commandLine = CommandLine.Parse(args);
        if (commandLine.Help)
        {
            Console.WriteLine(CommandLine.Usage);
            return 0;
        }

        if (commandLine.ReferenceFile is { } file)
        {
            await WriteReferenceAsync(file);
            return 0;
        }

        InlineCompletions.UseAllProcessors();

        try
        {
            await using var app = GatewayHost.Build(args);
            await ServeAsync(app);
            return 0;
        }
        catch (SettingsException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return SettingsException.ExitCode;
        }
        catch (StartupRefusedException e)
        {
            await Console.Error.WriteLineAsync($"DataHub cannot start.\n\n{e.Message}");
            return CouldNotStart;
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            await Console.Error.WriteLineAsync($"DataHub cannot start.\n\n{e.Message} Stop the other program, or take another port with --port N.");
            return CouldNotStart;
        }
        catch (Exception e) when (SocketFault(e) is { } fault)
        {
            var hint = fault.SocketErrorCode == SocketError.AccessDenied
                ? "Ports below 1024 need root or the capability CAP_NET_BIND_SERVICE; or take another port with --port N."
                : "Gateway:Address must be an address of this machine, or localhost, or *.";
            await Console.Error.WriteLineAsync($"DataHub cannot start.\n\nIt cannot listen: {fault.Message}. {hint}");
            return CouldNotStart;
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync($"DataHub ended by a fault of its own. Please report this:\n\n{e}");
            return CouldNotStart;
        }
    }

    // Where the web server says no more than that a socket could not be bound; with localhost it tries two.
    private static SocketException? SocketFault(Exception? e) => e switch
    {
        SocketException fault => fault,
        AggregateException { InnerExceptions: [var first, ..] } => SocketFault(first),
        IOException { InnerException: { } inner } => SocketFault(inner),
        _ => null,
    };

    // A method of its own, so that a start does not load what writes it, which reads XML.
    private static Task WriteReferenceAsync(string file) => File.WriteAllTextAsync(file, new SettingsReference(SettingsCatalogue.OfThisBuild()).Write());

    private static async Task ServeAsync(WebApplication app)
    {
        var stopping = app.Lifetime.ApplicationStopping;
        try
        {
            await app.StartAsync();
            await ReadyNotice.PrintAsync(app, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped while starting.
        }
        catch
        {
            // What had begun ends in order. Being disposed of while it works, each service would be reported as one that has failed.
            await StopAsync(app);
            throw;
        }

        await app.WaitForShutdownAsync();
    }

    private static async Task StopAsync(WebApplication app)
    {
        try
        {
            await app.StopAsync(CancellationToken.None);
        }
        catch (Exception)
        {
            // What kept it from starting is what matters.
        }
    }
}
