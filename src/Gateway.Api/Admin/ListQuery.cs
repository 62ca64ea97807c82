using System.Globalization;
using DataHub.Application.Abstractions;
using DataHub.Domain.SharedKernel;

namespace DataHub.Gateway.Api.Admin;

/// <summary>Reads the query of a list: known parameters only, every mistake with its name.</summary>
internal static class ListQuery
{
    private static readonly DomainError Invalid = new(ErrorCodes.InvalidQuery, "A query parameter is not valid.");
    private static readonly string[] Shared = ["limit", "cursor", "sort", "q"];

    /// <summary>Reads the shared parameters, and refuses any that is neither shared nor a filter of the list.</summary>
    /// <param name="request">The request.</param>
    /// <param name="sorts">Fields that the list can be sorted by, without <c>-</c>.</param>
    /// <param name="filters">The resource's own filters.</param>
    /// <returns>The list request.</returns>
    /// <exception cref="DomainException"><see cref="ErrorCodes.InvalidQuery"/>.</exception>
    public static ListRequest Read(HttpRequest request, string[] sorts, params string[] filters)
    {
        foreach (var (name, values) in request.Query)
        {
            if (!Shared.Contains(name, StringComparer.Ordinal) && !filters.Contains(name, StringComparer.Ordinal))
            {
                throw Refuse(name, $"'{name}' is not a parameter of this list; it knows {string.Join(", ", Shared.Concat(filters))}.");
            }

            if (values.Count > 1)
            {
                throw Refuse(name, $"'{name}' is given {values.Count} times; give it once.");
            }

            // The database takes no such text.
            if (values[0]?.Contains('\0', StringComparison.Ordinal) == true)
            {
                throw Refuse(name, $"'{name}' must not hold the character U+0000; leave it out.");
            }
        }

        var limit = ListRequest.DefaultLimit;
        if (request.Query["limit"] is [{ } text]
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > ListRequest.MaxLimit))
        {
            throw Refuse("limit", $"'limit' must be a whole number from 1 to {ListRequest.MaxLimit}.");
        }

        string? sort = request.Query["sort"];
        if (sort is not null && !sorts.Contains(sort.TrimStart('-'), StringComparer.Ordinal))
        {
            throw Refuse("sort", $"'sort' must be one of {string.Join(", ", sorts)}, with '-' in front for descending.");
        }

        return new ListRequest(limit, request.Query["cursor"], sort, request.Query["q"]);
    }

    /// <summary>A refusal of one parameter.</summary>
    /// <param name="name">The parameter.</param>
    /// <param name="message">What is wrong and what would mend it.</param>
    public static DomainException Refuse(string name, string message) => new(Invalid, message, "?" + name);
}
