using DataHub.Application.Observability.Contracts;
using DataHub.Application.Observability.Telemetry;
using DataHub.Domain.Access.ApiKeys;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Observability.Telemetry;

/// <summary>One line for each refused request, at most so many a second: a flood of refusals must not become a flood of lines.</summary>
internal sealed partial class RefusalLog(IOptions<TelemetryOptions> options, TimeProvider clock, ILogger<RefusalLog> logger) : IRefusalLog
{
    private readonly int _linesPerSecond = options.Value.RefusalLinesPerSecond;
    private readonly Lock _gate = new();
    private long _second;
    private int _lines;
    private int _withheld;

    /// <inheritdoc/>
    public void Write(RequestRecord record, string route)
    {
        if (!logger.IsEnabled(LogLevel.Information) || !TakeTurn(out var withheld))
        {
            return;
        }

        if (withheld > 0)
        {
            LogWithheld(withheld);
        }

        LogRefused(
            new Domain.Observability.RequestLogs.RequestId(record.Id).ToString(),
            record.TraceId == Guid.Empty ? "" : record.TraceId.ToString("N"),
            record.ErrorCode ?? "",
            record.Status,
            route,
            record.KeyId is { } key ? new ApiKeyId(key).ToString() : null,
            record.ClientIp?.ToString(),
            record.Method,
            Redaction.Path(record.Path),
            Violated(record),
            record.ErrorType);
    }

    private bool TakeTurn(out int withheld)
    {
        var second = clock.GetUtcNow().ToUnixTimeSeconds();
        lock (_gate)
        {
            withheld = 0;
            if (second != _second)
            {
                (withheld, _withheld, _lines, _second) = (_withheld, 0, 0, second);
            }

            if (_lines >= _linesPerSecond)
            {
                _withheld++;
                return false;
            }

            _lines++;
            return true;
        }
    }

    private static string? Violated(RequestRecord record)
    {
        if (record.Limits is not { Allowed: false } limits)
        {
            return null;
        }

        var names = new List<string>();
        for (var i = 0; i < Math.Min(limits.Count, limits.Tier.Limits.Count); i++)
        {
            if (limits[i].Denied && limits.Tier.Limits[i].Mode != "shadow")
            {
                names.Add(limits.Tier.Limits[i].Name);
            }
        }

        return string.Join(',', names);
    }

#pragma warning disable CA1727 // The names are the fields of the line, spelt as in the problem that the caller got.
    [LoggerMessage(5020, LogLevel.Information, "Refused {method} {path} with {status} {code}; request {requestId}, trace {traceId}, route {route}, key {keyId}, from {clientIp}, limits {limits}, cause {errorType}.", EventName = "request_refused")]
    private partial void LogRefused(
        string requestId, string traceId, string code, int status, string route, string? keyId, string? clientIp, string method, string path, string? limits, string? errorType);
#pragma warning restore CA1727

    [LoggerMessage(5021, LogLevel.Warning, "{Count} refused requests of the last busy second have no line of their own; the request log has them.")]
    private partial void LogWithheld(int count);
}
