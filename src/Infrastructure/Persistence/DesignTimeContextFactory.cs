using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace DataHub.Infrastructure.Persistence;

/// <summary>Lets <c>dotnet ef</c> read the model without starting the gateway.</summary>
internal sealed class DesignTimeContextFactory : IDesignTimeDbContextFactory<DataHubDbContext>
{
    public DataHubDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<DataHubDbContext>().UseNpgsql("Host=localhost;Database=design").Options);
}
