using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Metadata.Conventions;

namespace DataHub.Infrastructure.Persistence;

/// <summary>Names columns, keys and indexes in snake_case. Tables are named by their configuration.</summary>
internal sealed class SnakeCaseConvention : IModelFinalizingConvention
{
    public void ProcessModelFinalizing(IConventionModelBuilder modelBuilder, IConventionContext<IConventionModelBuilder> context)
    {
        foreach (var entity in modelBuilder.Metadata.GetEntityTypes())
        {
            foreach (var property in entity.GetProperties().Where(p => !entity.IsMappedToJson()))
            {
                property.Builder.HasColumnName(ToSnakeCase(property.GetColumnName()));
            }

            foreach (var key in entity.GetKeys().Where(_ => !entity.IsMappedToJson()))
            {
                key.Builder.HasName(ToSnakeCase(key.GetName() ?? ""));
            }

            foreach (var index in entity.GetIndexes())
            {
                index.Builder.HasDatabaseName(ToSnakeCase(index.GetDatabaseName() ?? ""));
            }

            foreach (var foreignKey in entity.GetForeignKeys().Where(_ => !entity.IsMappedToJson()))
            {
                foreignKey.Builder.HasConstraintName(ToSnakeCase(foreignKey.GetConstraintName() ?? ""));
            }
        }
    }

    internal static string ToSnakeCase(string name)
    {
        var result = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            if (char.IsUpper(name[i]) && i > 0 && name[i - 1] != '_' && !char.IsUpper(name[i - 1]))
            {
                result.Append('_');
            }

            result.Append(char.ToLowerInvariant(name[i]));
        }

        return result.ToString();
    }
}
