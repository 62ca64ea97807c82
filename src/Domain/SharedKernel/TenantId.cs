namespace DataHub.Domain.SharedKernel;

/// <summary>Names one tenant: an organisation whose consumers, keys, routes and logs nobody else sees.</summary>
/// <param name="Value">A UUIDv7, or the fixed id of the default tenant; printed as <c>ten_</c> and 26 characters.</param>
public readonly record struct TenantId(Guid Value) : IEntityId<TenantId>
{
    /// <summary>The tenant that is always there: everything belongs to it until another one is made.</summary>
    public static readonly TenantId Default = new(new Guid("00000000-0000-7000-8000-000000000001"));

    /// <inheritdoc/>
    public static string Prefix => "ten";

    /// <inheritdoc/>
    public static TenantId From(Guid value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => EntityId.Format(this);
}

/// <summary>Belongs to one tenant, for ever: persistence stamps it when it is added, and shows it to that tenant only.</summary>
public interface ITenantOwned
{
    /// <summary>The tenant.</summary>
    TenantId TenantId { get; }
}

/// <summary>Belongs to one tenant, which may let all others read it.</summary>
public interface ITenantShared : ITenantOwned
{
    /// <summary>True when every tenant sees it. Only its own tenant changes it.</summary>
    bool Shared { get; }
}
