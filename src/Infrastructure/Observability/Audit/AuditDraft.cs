using DataHub.Domain.SharedKernel;

namespace DataHub.Infrastructure.Observability.Audit;

/// <summary>What is to be recorded, before it has a place in a chain.</summary>
internal sealed record AuditDraft
{
    private const int MaxJsonLength = 256 * 1024;

    public required TenantId Tenant { get; init; }

    public required string ActorKind { get; init; }

    public required string ActorId { get; init; }

    public string? ActorSubject { get; init; }

    public required string Action { get; init; }

    public required string ResourceType { get; init; }

    public string? ResourceId { get; init; }

    public string? ClientIp { get; init; }

    public string? UserAgent { get; init; }

    public string? RequestId { get; init; }

    public required string Result { get; init; }

    public string? Code { get; init; }

    public int Count { get; init; } = 1;

    public string? Details { get; init; }

    public string? Before { get; init; }

    public string? After { get; init; }

    /// <summary>A text as PostgreSQL stores it, within bounds: no NUL, no half of a surrogate pair.</summary>
    public static string? Clean(string? text, int maxLength)
    {
        if (text is null)
        {
            return null;
        }

        var cut = text.Length <= maxLength ? text : text[..maxLength];
        return System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(cut.Replace('\0', '\uFFFD')));
    }

    /// <summary>JSON within bounds; a longer one is replaced by its size.</summary>
    public static string? Bounded(string? json) =>
        json is null || json.Length <= MaxJsonLength ? json : string.Create(System.Globalization.CultureInfo.InvariantCulture, $$"""{"omitted":true,"characters":{{json.Length}}}""");
}
