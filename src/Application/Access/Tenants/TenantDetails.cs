using DataHub.Domain.Access.Tenants;
using DataHub.Domain.SharedKernel;
using FluentValidation;

namespace DataHub.Application.Access.Tenants;

/// <summary>A tenant as the API shows it.</summary>
/// <param name="Id">The printed id.</param>
/// <param name="Name">The unique name.</param>
/// <param name="DisplayName">The name for people; empty for none.</param>
/// <param name="Hosts">Hosts that are its alone.</param>
/// <param name="Metadata">Free pairs.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="UpdatedAt">UTC instant of the last change.</param>
/// <param name="Version">Counts changes; the entity tag.</param>
public sealed record TenantDetails(
    string Id,
    string Name,
    string DisplayName,
    IReadOnlyList<string> Hosts,
    IReadOnlyDictionary<string, string> Metadata,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    long Version)
{
    /// <summary>Shows a tenant.</summary>
    /// <param name="tenant">The tenant.</param>
    public static TenantDetails From(Tenant tenant) =>
        new(tenant.Id.ToString(), tenant.Name, tenant.DisplayName, tenant.Hosts, tenant.Metadata, tenant.CreatedAt, tenant.UpdatedAt, tenant.Version);
}

/// <summary>The fields that creating and replacing a tenant have in common.</summary>
public interface ITenantFields
{
    /// <summary>The unique name.</summary>
    string Name { get; }

    /// <summary>The name for people.</summary>
    string DisplayName { get; }

    /// <summary>Hosts that are its alone.</summary>
    IReadOnlyList<string> Hosts { get; }

    /// <summary>Free pairs.</summary>
    IReadOnlyDictionary<string, string> Metadata { get; }
}

internal abstract class TenantFieldsValidator<T> : AbstractValidator<T> where T : ITenantFields
{
    protected TenantFieldsValidator()
    {
        RuleFor(t => t.Name).Must(Tenant.IsName).WithErrorCode("invalid_name")
            .WithMessage($"A tenant's name has 1 to {Tenant.MaxNameLength} lower case letters, digits and '-', and neither begins nor ends with '-'.");
        RuleFor(t => t.DisplayName).IsReason(Tenant.MaxDisplayNameLength);
        RuleFor(t => t.Metadata).IsMetadata();
    }
}

/// <summary>What must hold between tenants.</summary>
internal static class TenantNames
{
    public static TenantSettings ToSettings(this ITenantFields fields) => new(fields.Name, fields.DisplayName, fields.Hosts, fields.Metadata);

    /// <summary>Refuses a name or host that another tenant has, and what is no host.</summary>
    public static void EnsureFree(ITenantFields wanted, IReadOnlyList<Tenant> others)
    {
        if (others.Any(o => o.Name == wanted.Name))
        {
            throw new DomainException(TenantErrors.NameTaken, $"Another tenant is named '{wanted.Name}' already.", "/name");
        }

        for (var i = 0; i < wanted.Hosts.Count; i++)
        {
            var host = wanted.Hosts[i];
            if (HostPattern.MistakeIn(host) is { } mistake)
            {
                throw new DomainException(TenantErrors.Invalid, mistake, $"/hosts/{i}");
            }

            if (others.FirstOrDefault(o => o.Hosts.Any(h => HostPattern.Covers(h, host) || HostPattern.Covers(host, h))) is { } other)
            {
                throw new DomainException(TenantErrors.HostTaken, $"'{host}' belongs to the tenant '{other.Name}' already.", $"/hosts/{i}");
            }
        }
    }
}
