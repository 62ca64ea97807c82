using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Abstractions;

/// <summary>An opaque keyset cursor: the sort value and id of the last item, bound to the filters it was made under.</summary>
/// <param name="SortValue">The sort field's value of the last item, in an ordinal, invariant form.</param>
/// <param name="Id">The id of the last item, which breaks ties.</param>
public sealed record Cursor(string SortValue, Guid Id)
{
    private static readonly DomainError Mismatch = new(ErrorCodes.CursorMismatch, "The cursor belongs to another list.");

    /// <summary>The printed form.</summary>
    /// <param name="filters">Everything that shapes the list: sort and filters, not the limit.</param>
    /// <returns>Base64url text.</returns>
    public string Encode(string filters) =>
        Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(new Wire(SortValue, Id, HashOf(filters))));

    /// <summary>Reads a printed cursor.</summary>
    /// <param name="text">The cursor, or null for the first page.</param>
    /// <param name="filters">The filters of this request.</param>
    /// <returns>Null for the first page.</returns>
    /// <exception cref="DomainException"><see cref="ErrorCodes.CursorMismatch"/> when it is not a cursor, or one of other filters.</exception>
    public static Cursor? Decode(string? text, string filters)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        Wire? wire = null;
        try
        {
            wire = JsonSerializer.Deserialize<Wire>(Base64Url.DecodeFromChars(text));
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            // Falls through to the refusal below.
        }

        return wire is { S: not null } && wire.F == HashOf(filters) && !wire.S.Contains('\0', StringComparison.Ordinal)
            ? new Cursor(wire.S, wire.I)
            : throw new DomainException(Mismatch, "The cursor does not belong to this sort and these filters; start again without a cursor.");
    }

    private static string HashOf(string filters) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(filters)).AsSpan(0, 8));

    private sealed record Wire(string S, Guid I, string F);
}
