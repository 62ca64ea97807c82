namespace DataHub.Application.Abstractions;

/// <summary>The common part of every list request.</summary>
/// <param name="Limit">Items per page: 1 to 200, default 50.</param>
/// <param name="Cursor">Where the page starts; null for the first page.</param>
/// <param name="Sort">Field to sort by, <c>-</c> in front for descending; null for the default <c>-createdAt</c>.</param>
/// <param name="Search">Free text that the name must contain; null for all.</param>
public sealed record ListRequest(int Limit, string? Cursor, string? Sort, string? Search)
{
    /// <summary>Most items a page can hold.</summary>
    public const int MaxLimit = 200;

    /// <summary>Items of a page when nothing is asked for.</summary>
    public const int DefaultLimit = 50;
}

/// <summary>One page of a list.</summary>
/// <typeparam name="T">The item.</typeparam>
/// <param name="Items">At most the limit.</param>
/// <param name="NextCursor">Where the next page starts; null on the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);
