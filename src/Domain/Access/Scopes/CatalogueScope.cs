using DataHub.Domain.Routing.Apis;
using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Access.Scopes;

/// <summary>A scope that an API knows, with what it allows in words. The catalogue is for people; routes decide.</summary>
public sealed class CatalogueScope : AggregateRoot<ScopeId>, ITenantOwned
{
    /// <summary>Most characters of a description.</summary>
    public const int MaxDescriptionLength = 500;

    /// <summary>Most characters of a name.</summary>
    public const int MaxNameLength = (2 * Scope.MaxPartLength) + 1;

    private CatalogueScope(ScopeId id, ApiId apiId, string name, DateTimeOffset now) : base(id, now) => (ApiId, Name, Description) = (apiId, name, "");

    private CatalogueScope() => (Name, Description) = ("", "");

    /// <inheritdoc/>
    public TenantId TenantId { get; private set; }

    /// <summary>The API.</summary>
    public ApiId ApiId { get; private set; }

    /// <summary>The scope, without wildcard; unique in its API.</summary>
    public string Name { get; private set; }

    /// <summary>What it allows, for people.</summary>
    public string Description { get; private set; }

    /// <summary>Adds a scope to the catalogue.</summary>
    /// <param name="id">The id, for ever.</param>
    /// <param name="apiId">The API.</param>
    /// <param name="name">The scope, without wildcard.</param>
    /// <param name="description">What it allows; may be empty.</param>
    /// <param name="now">UTC instant of the request.</param>
    /// <exception cref="DomainException"><see cref="ScopeErrors.Invalid"/>.</exception>
    public static CatalogueScope Add(ScopeId id, ApiId apiId, string name, string description, DateTimeOffset now)
    {
        if (!Scope.IsRequirement(name))
        {
            throw new DomainException(ScopeErrors.Invalid, "A scope of the catalogue is resource:action in lower case, without '*'.", "/name");
        }

        var scope = new CatalogueScope(id, apiId, name, now);
        scope.Describe(description, now);
        return scope;
    }

    /// <summary>Replaces the description.</summary>
    /// <param name="description">What it allows; may be empty.</param>
    /// <param name="now">UTC instant of the request.</param>
    /// <exception cref="DomainException"><see cref="ScopeErrors.Invalid"/>.</exception>
    public void Describe(string description, DateTimeOffset now)
    {
        if (description.Length > MaxDescriptionLength)
        {
            throw new DomainException(ScopeErrors.Invalid, $"A description has at most {MaxDescriptionLength} characters.", "/description");
        }

        Description = description;
        Touch(now);
    }
}

/// <summary>What the catalogue refuses.</summary>
public static class ScopeErrors
{
    /// <summary>No such scope, or no such API.</summary>
    public static readonly DomainError NotFound = new(ErrorCodes.NotFound, "The scope does not exist.");

    /// <summary>A field breaks a rule.</summary>
    public static readonly DomainError Invalid = new(ErrorCodes.ValidationFailed, "The scope is not valid.");

    /// <summary>The API has it already.</summary>
    public static readonly DomainError NameTaken = new(ErrorCodes.NameTaken, "The API has this scope in its catalogue already.");
}
