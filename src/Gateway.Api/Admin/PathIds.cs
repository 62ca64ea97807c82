using System.Text.Json;
using DataHub.Domain.SharedKernel;

namespace DataHub.Gateway.Api.Admin;

/// <summary>Reads ids from paths and queries.</summary>
internal static class PathIds
{
    /// <summary>The id in a path; one that cannot exist is answered like one that does not.</summary>
    /// <typeparam name="TId">The id type.</typeparam>
    /// <param name="text">The path segment.</param>
    /// <param name="notFound">What a missing resource is refused with.</param>
    public static TId Parse<TId>(string text, DomainError notFound) where TId : struct, IEntityId<TId> =>
        EntityId.TryParse<TId>(text, out var id) ? id : throw new DomainException(notFound);

    /// <summary>The id in a filter.</summary>
    /// <typeparam name="TId">The id type.</typeparam>
    /// <param name="request">The request.</param>
    /// <param name="name">The query parameter.</param>
    /// <returns>Null when it is absent.</returns>
    public static TId? Query<TId>(HttpRequest request, string name) where TId : struct, IEntityId<TId> =>
        request.Query[name] is not [{ } text] ? null
        : EntityId.TryParse<TId>(text, out var id) ? id
        : throw ListQuery.Refuse(name, $"'{name}' must be an id such as {TId.Prefix}_ and {EntityId.EncodedLength} characters.");

    /// <summary>A word of an enumeration in a filter.</summary>
    /// <typeparam name="TEnum">The enumeration.</typeparam>
    /// <param name="request">The request.</param>
    /// <param name="name">The query parameter.</param>
    /// <returns>Null when it is absent.</returns>
    public static TEnum? Word<TEnum>(HttpRequest request, string name) where TEnum : struct, Enum
    {
        if (request.Query[name] is not [{ } text])
        {
            return null;
        }

        var words = Enum.GetNames<TEnum>().Select(JsonNamingPolicy.KebabCaseLower.ConvertName).ToList();
        return words.IndexOf(text) is var index and >= 0 ? Enum.Parse<TEnum>(Enum.GetNames<TEnum>()[index]) : throw ListQuery.Refuse(name, $"'{name}' must be one of {string.Join(", ", words)}.");
    }
}
