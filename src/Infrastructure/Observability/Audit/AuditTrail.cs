using DataHub.Application.Abstractions;
using DataHub.Application.Observability.Contracts;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DataHub.Infrastructure.Observability.Audit;

/// <summary>
/// The trail of one request. Notes go with the running command; what stands outside of one is written at once. Refusals are bounded:
/// equal ones within a minute are counted, and a database that is away delays their record, never the refusal.
/// </summary>
internal sealed partial class AuditTrail(
    AuditCapture capture, AuditStore store, RepeatedAttempts attempts, WriteContext write, ILogger<AuditTrail> logger)
    : IAuditTrail
{
    public void Note(string action, string resourceType, string resourceId, object? details = null) =>
        capture.Note(action, resourceType, resourceId, details);

    public async Task RecordAsync(AuditNote note, CancellationToken cancellationToken)
    {
        var actor = note.Actor ?? write.Actor;
        var draft = AuditCapture.DraftOf(write, actor, note.Tenant ?? write.Tenant, note.Action, note.ResourceType, note.ResourceId) with
        {
            Result = AuditWords.Of(note.Result),
            Code = note.Code,
            Details = AuditValues.Details(note.Details),
        };
        if (note.Result == AuditResult.Success)
        {
            await store.AppendAsync([draft], cancellationToken);
        }
        else if (attempts.Admit(draft) is { } admitted)
        {
            await TryAppendAsync(admitted, cancellationToken);
        }
    }

    private async Task TryAppendAsync(AuditDraft draft, CancellationToken cancellationToken)
    {
        try
        {
            await store.AppendAsync([draft], cancellationToken);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException or OperationCanceledException)
        {
            attempts.Owe(draft);
            LogDelayed(draft.Action, e.Message);
        }
    }

    [LoggerMessage(5102, LogLevel.Warning, "A refused attempt ({Action}) could not be recorded, trying again later: {Reason}")]
    private partial void LogDelayed(string action, string reason);
}
