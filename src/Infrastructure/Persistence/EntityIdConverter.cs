using DataHub.Domain.SharedKernel;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace DataHub.Infrastructure.Persistence;

/// <summary>Stores ids as <c>uuid</c>.</summary>
/// <typeparam name="TId">The id type.</typeparam>
internal sealed class EntityIdConverter<TId>() : ValueConverter<TId, Guid>(id => id.Value, value => EntityIdConverter.Wrap<TId>(value))
    where TId : struct, IEntityId<TId>;

internal static class EntityIdConverter
{
    public static bool IsEntityId(Type type) =>
        type.IsValueType && type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEntityId<>));

    // An expression tree cannot call a static abstract member.
    public static TId Wrap<TId>(Guid value) where TId : struct, IEntityId<TId> => TId.From(value);
}
