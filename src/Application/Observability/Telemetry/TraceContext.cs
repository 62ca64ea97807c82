namespace DataHub.Application.Observability.Telemetry;

/// <summary>The place of one request in a distributed trace, as the W3C recommendation "Trace Context" (level 1) carries it.</summary>
/// <param name="TraceHigh">Upper half of the trace id.</param>
/// <param name="TraceLow">Lower half of the trace id.</param>
/// <param name="ParentSpanId">The caller's span; 0 when this is a new root.</param>
/// <param name="SpanId">The gateway's own span.</param>
/// <param name="Flags">Trace flags; bit 0 says that the caller records.</param>
/// <param name="State">The caller's <c>tracestate</c>, passed on unchanged; null for none.</param>
public readonly record struct TraceContext(ulong TraceHigh, ulong TraceLow, ulong ParentSpanId, ulong SpanId, byte Flags, string? State)
{
    /// <summary>Characters of <c>traceparent</c>, version 00.</summary>
    public const int TraceparentLength = 55;

    private const int TraceAt = 3;
    private const int SpanAt = 36;
    private const int FlagsAt = 53;

    // "Sampled" of level 1 and "random" of level 2; a version that we do not know must not be repeated.
    private const byte KnownFlags = 0b11;
    private const byte Sampled = 0b01;
    private const byte RandomTraceId = 0b10;

    /// <summary>True when the caller records this trace.</summary>
    public bool IsSampled => (Flags & Sampled) != 0;

    /// <summary>Continues the caller's trace with a span of our own; begins a new trace when the caller sent none that is valid.</summary>
    /// <param name="traceparent">The one <c>traceparent</c> header; null for none, or when there were several.</param>
    /// <param name="tracestate">The <c>tracestate</c> headers, joined by commas; null for none. Ignored without a valid parent.</param>
    /// <param name="ids">Makes ids.</param>
    /// <returns>The context of this request.</returns>
    public static TraceContext Accept(string? traceparent, string? tracestate, TraceIds ids)
    {
        if (traceparent is not null && TryParse(traceparent, out var parent))
        {
            var state = !string.IsNullOrEmpty(tracestate) && TraceState.IsValid(tracestate) ? tracestate : null;
            return parent with { SpanId = ids.NextSpanId(), State = state };
        }

        var (high, low) = ids.NextTraceId();
        return new TraceContext(high, low, 0, ids.NextSpanId(), RandomTraceId, null);
    }

    /// <summary>Reads a <c>traceparent</c> (§3.2): lower-case hexadecimal, no zero ids, not version ff; later versions may be longer.</summary>
    /// <param name="text">The header's value.</param>
    /// <param name="context">The caller's place, without a span of our own.</param>
    /// <returns>False when the header must be ignored.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out TraceContext context)
    {
        context = default;
        if (text.Length < TraceparentLength || text[2] != '-' || text[35] != '-' || text[52] != '-'
            || !TryHex(text[..2], out var version) || version == 0xFF
            || (version == 0 ? text.Length != TraceparentLength : text.Length > TraceparentLength && text[TraceparentLength] != '-'))
        {
            return false;
        }

        if (!TryHex(text.Slice(TraceAt, 16), out var high) || !TryHex(text.Slice(TraceAt + 16, 16), out var low)
            || !TryHex(text.Slice(SpanAt, 16), out var span) || !TryHex(text.Slice(FlagsAt, 2), out var flags)
            || (high | low) == 0 || span == 0)
        {
            return false;
        }

        context = new TraceContext(high, low, span, 0, (byte)(flags & KnownFlags), null);
        return true;
    }

    /// <summary>The trace id as it is stored: its format N has the 32 digits.</summary>
    public Guid TraceId => new((uint)(TraceHigh >> 32), (ushort)(TraceHigh >> 16), (ushort)TraceHigh, (byte)(TraceLow >> 56), (byte)(TraceLow >> 48),
        (byte)(TraceLow >> 40), (byte)(TraceLow >> 32), (byte)(TraceLow >> 24), (byte)(TraceLow >> 16), (byte)(TraceLow >> 8), (byte)TraceLow);

    /// <summary>The header for the upstream: the same trace, our span as the parent.</summary>
    /// <returns>A <c>traceparent</c> of version 00.</returns>
    public string ToTraceparent() => string.Create(TraceparentLength, this, static (span, context) => context.TryFormat(span));

    /// <summary>Writes the header for the upstream.</summary>
    /// <param name="target">At least <see cref="TraceparentLength"/> characters.</param>
    /// <returns>False when there is no room.</returns>
    public bool TryFormat(Span<char> target)
    {
        if (target.Length < TraceparentLength)
        {
            return false;
        }

        target[0] = target[1] = '0';
        target[2] = target[35] = target[52] = '-';
        WriteHex(TraceHigh, target[TraceAt..]);
        WriteHex(TraceLow, target[(TraceAt + 16)..]);
        WriteHex(SpanId, target[SpanAt..]);
        target[FlagsAt] = Digit(Flags >> 4);
        target[FlagsAt + 1] = Digit(Flags & 0xF);
        return true;
    }

    // The format "x16" is read anew at every call, three times a request.
    private static void WriteHex(ulong value, Span<char> target)
    {
        for (var i = 15; i >= 0; i--)
        {
            target[i] = Digit((int)(value & 0xF));
            value >>= 4;
        }
    }

    private static char Digit(int value) => (char)(value < 10 ? '0' + value : 'a' + value - 10);

    // Upper case is invalid in the recommendation, so the library's parser would be too kind.
    private static bool TryHex(ReadOnlySpan<char> text, out ulong value)
    {
        value = 0;
        foreach (var c in text)
        {
            int digit = c switch
            {
                >= '0' and <= '9' => c - '0',
                >= 'a' and <= 'f' => c - 'a' + 10,
                _ => -1,
            };
            if (digit < 0)
            {
                return false;
            }

            value = (value << 4) | (uint)digit;
        }

        return true;
    }
}
