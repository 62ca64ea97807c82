namespace DataHub.Infrastructure.Observability.RequestLogs;

/// <summary>
/// The columns of encoded rows. Each set that a build has written stays here, so that what lies in the spool when a newer build starts is replayed as
/// what it is: the columns that it does not have get their defaults.
/// </summary>
internal sealed class RowFormat
{
    /// <summary>What is written now: columns in the order of <see cref="RequestRowEncoder.Encode"/>.</summary>
    public static readonly RowFormat Current = new('2', """
        at, duration_us, upstream_us, request_bytes, response_bytes, epoch, id, tenant_id, route_id, key_id, consumer_id, issuer_id,
        trace_id, span_id, secret_version, status, outcome, client_ip, method, host, path, query, protocol, error_code, error_type, api,
        upstream_id, destination, user_agent, node, key_source, tier, limits, subject, missing_scopes
        """);

    // Before there were tenants and tokens of callers.
    private static readonly RowFormat First = new('1', """
        at, duration_us, upstream_us, request_bytes, response_bytes, epoch, id, route_id, key_id, consumer_id,
        trace_id, span_id, secret_version, status, outcome, client_ip, method, host, path, query, protocol, error_code, error_type, api,
        upstream_id, destination, user_agent, node, key_source, tier, limits, missing_scopes
        """);

    // "DHL" and the number, little endian.
    private const uint Family = 0x004C_4844;
    private const uint FamilyMask = 0x00FF_FFFF;
    private const int NumberShift = 24;

    private RowFormat(char number, string columns)
    {
        Magic = Family | ((uint)number << NumberShift);
        CopyStatement = $"COPY observability.request_logs ({columns}) FROM STDIN (FORMAT binary)";
        var names = columns.Split(',', StringSplitOptions.TrimEntries);
        Fields = (short)names.Length;
        (At, Key, Outcome, ClientIp) = (Array.IndexOf(names, "at"), Array.IndexOf(names, "key_id"), Array.IndexOf(names, "outcome"), Array.IndexOf(names, "client_ip"));
    }

    /// <summary>The first four bytes of a frame of such rows.</summary>
    public uint Magic { get; }

    /// <summary>The statement that takes the rows.</summary>
    public string CopyStatement { get; }

    /// <summary>Fields of a row.</summary>
    public short Fields { get; }

    /// <summary>Place of the instant.</summary>
    public int At { get; }

    /// <summary>Place of the key.</summary>
    public int Key { get; }

    /// <summary>Place of the outcome.</summary>
    public int Outcome { get; }

    /// <summary>Place of the caller's address.</summary>
    public int ClientIp { get; }

    /// <summary>The format of a frame; null when this build does not know it.</summary>
    /// <param name="magic">Its first four bytes.</param>
    public static RowFormat? Of(uint magic) => magic == Current.Magic ? Current : magic == First.Magic ? First : null;

    /// <summary>Whether a frame is one of a build that knows more columns than this one.</summary>
    /// <param name="magic">Its first four bytes.</param>
    public static bool IsOfAnotherBuild(uint magic) => (magic & FamilyMask) == Family && Of(magic) is null;
}
