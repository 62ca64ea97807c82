using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using DataHub.Application.Observability.Audit;
using DataHub.Gateway.Api.Admin;

namespace DataHub.Gateway.Api.Observability.Audit;

/// <summary>Writes records as they are read. Memory does not grow with their number; a failure in the middle cuts the connection.</summary>
internal static class AuditExport
{
    private const string Header = "sequence,id,at,tenant,actorKind,actorId,actorSubject,action,resourceType,resourceId,result,code,count,clientIp,userAgent,requestId,details,before,after,keyVersion,hash\r\n";
    private const int FlushBytes = 32 * 1024;

    private static readonly SearchValues<char> Quoted = SearchValues.Create("\",;\r\n\t'");

    /// <summary>Writes the whole answer.</summary>
    /// <param name="response">A response that has not started.</param>
    /// <param name="entries">The records.</param>
    /// <param name="csv">True for CSV (RFC 4180), false for NDJSON.</param>
    /// <param name="cancellationToken">Ends with the caller.</param>
    public static async Task WriteAsync(HttpResponse response, IAsyncEnumerable<AuditEntry> entries, bool csv, CancellationToken cancellationToken)
    {
        response.ContentType = csv ? "text/csv; charset=utf-8" : "application/x-ndjson";
        response.Headers.ContentDisposition = csv ? "attachment; filename=\"audit.csv\"" : "attachment; filename=\"audit.ndjson\"";
        using var buffer = new MemoryStream();
        buffer.Write(csv ? Encoding.UTF8.GetBytes(Header) : []);
        await foreach (var entry in entries.WithCancellation(cancellationToken))
        {
            if (csv)
            {
                buffer.Write(Encoding.UTF8.GetBytes(Line(entry)));
            }
            else
            {
                JsonSerializer.Serialize(buffer, entry, AdminJson.Options);
                buffer.WriteByte((byte)'\n');
            }

            if (buffer.Length >= FlushBytes)
            {
                await response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), cancellationToken);
                buffer.SetLength(0);
            }
        }

        await response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), cancellationToken);
    }

    /// <summary>A field of CSV. One that a spreadsheet would take for a formula gets an apostrophe in front.</summary>
    /// <param name="text">The value; null for an empty field.</param>
    internal static string Field(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        var safe = text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' ? "'" + text : text;
        return safe.AsSpan().IndexOfAny(Quoted) < 0 ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static string Line(AuditEntry entry)
    {
        string?[] fields =
        [
            entry.Sequence.ToString(CultureInfo.InvariantCulture), entry.Id, entry.At, entry.Tenant, entry.Actor.Kind, entry.Actor.Id, entry.Actor.Subject,
            entry.Action, entry.Resource.Type, entry.Resource.Id, entry.Result, entry.Code, entry.Count.ToString(CultureInfo.InvariantCulture),
            entry.ClientIp, entry.UserAgent, entry.RequestId, entry.Details?.GetRawText(), entry.Before?.GetRawText(), entry.After?.GetRawText(),
            entry.KeyVersion.ToString(CultureInfo.InvariantCulture), entry.Hash,
        ];
        return string.Join(',', fields.Select(Field)) + "\r\n";
    }
}
