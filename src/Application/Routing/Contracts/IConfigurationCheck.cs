namespace DataHub.Application.Routing.Contracts;

/// <summary>Checks the configuration as a whole, for commands of other modules that it depends on.</summary>
public interface IConfigurationCheck
{
    /// <summary>Checks it with what the running command has changed; writers take turns from here on.</summary>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <exception cref="Domain.SharedKernel.DomainException">With every mistake.</exception>
    Task EnsureValidAsync(CancellationToken cancellationToken);
}
