namespace DataHub.Application.Observability.Contracts;

/// <summary>Writes one structured line to the process log for every request that the gateway refused.</summary>
public interface IRefusalLog
{
    /// <summary>
    /// Writes the line, unless this second has had its share already (<c>Telemetry:RefusalLinesPerSecond</c>); what was left out is counted
    /// and said in a line of its own. Never throws.
    /// </summary>
    /// <param name="record">A complete record with an error code; read before this returns.</param>
    /// <param name="route">The printed route id; empty for none.</param>
    void Write(RequestRecord record, string route);
}
