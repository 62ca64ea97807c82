using Microsoft.Extensions.Logging.Console;

namespace DataHub.Gateway.Api.Observability.Telemetry;

/// <summary>How the process writes its own log: one JSON object a line, UTC, never in the way of a request.</summary>
internal static class ProcessLogging
{
    private const int QueuedLines = 10_000;

    /// <summary>Sets the console logger up. Levels of the configuration (<c>Logging:LogLevel</c>) win over the ones set here.</summary>
    /// <param name="logging">The logging of the host.</param>
    /// <returns>The same logging.</returns>
    public static ILoggingBuilder AddProcessLogging(this ILoggingBuilder logging)
    {
        logging.AddJsonConsole(json =>
        {
            json.UseUtcTimestamp = true;
            json.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
            json.JsonWriterOptions = new System.Text.Json.JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        });

        // A console that is not read must not stop requests: lines past the queue are left out, and the logger says how many.
        logging.Services.Configure<ConsoleLoggerOptions>(console => (console.QueueFullMode, console.MaxQueueLength) = (ConsoleLoggerQueueFullMode.DropWrite, QueuedLines));

        // Of two rules for one category the later wins, so these stand before those of the configuration.
        logging.Services.Configure<LoggerFilterOptions>(filters =>
        {
            filters.Rules.Insert(0, new LoggerFilterRule(null, "Microsoft.AspNetCore", LogLevel.Warning, null));

            // At any level this category makes a span and a scope for every request, although nobody looks at them.
            filters.Rules.Insert(0, new LoggerFilterRule(null, "Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None, null));
        });
        return logging;
    }
}
