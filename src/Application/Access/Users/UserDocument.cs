using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using FluentValidation;

namespace DataHub.Application.Access.Users;

/// <summary>A user as the API shows it.</summary>
/// <param name="Id">The printed id.</param>
/// <param name="Email">The address.</param>
/// <param name="Name">The name.</param>
/// <param name="Role">What the user may do.</param>
/// <param name="Global">True: in every tenant; false: in its own.</param>
/// <param name="TenantId">The printed id of its tenant.</param>
/// <param name="Status">Where the user stands.</param>
/// <param name="LastSignInAt">UTC; null for never.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="UpdatedAt">UTC instant of the last change.</param>
/// <param name="Version">Counts changes; the entity tag.</param>
public sealed record UserDocument(
    string Id,
    string Email,
    string Name,
    Role Role,
    bool Global,
    string TenantId,
    UserStatus Status,
    DateTimeOffset? LastSignInAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    long Version)
{
    /// <summary>Shows a user.</summary>
    /// <param name="user">The user.</param>
    public static UserDocument From(User user) => new(
        user.Id.ToString(), user.Email, user.Name, user.Role, user.Global, user.TenantId.ToString(), user.Status, user.LastSignInAt, user.CreatedAt, user.UpdatedAt, user.Version);
}

/// <summary>The fields that inviting and replacing a user have in common.</summary>
public interface IUserFields
{
    /// <summary>The address.</summary>
    string Email { get; }

    /// <summary>The name.</summary>
    string Name { get; }

    /// <summary>What the user may do.</summary>
    Role Role { get; }

    /// <summary>True: in every tenant.</summary>
    bool Global { get; }
}

internal abstract class UserFieldsValidator<T> : AbstractValidator<T> where T : IUserFields
{
    protected UserFieldsValidator()
    {
        RuleFor(u => u.Email).Must(User.IsEmail).WithErrorCode("invalid_email")
            .WithMessage($"An e-mail address has at most {User.MaxEmailLength} characters, one '@' inside and no space.");
        RuleFor(u => u.Name).IsName(User.MaxNameLength);
        RuleFor(u => u.Role).IsInEnum();
    }
}

/// <summary>What inviting and replacing have in common.</summary>
internal static class UserRules
{
    public static UserSettings ToSettings(this IUserFields fields) => new(fields.Email, fields.Name, fields.Role, fields.Global);

    /// <summary>Refuses an address that somebody has, in whatever tenant: it is what people sign in with.</summary>
    public static async Task EnsureFreeAsync(this IUserRepository users, string email, UserId except, CancellationToken cancellationToken)
    {
        if (await users.FindByEmailAnywhereAsync(email, cancellationToken) is { } other && other.Id != except)
        {
            throw new DomainException(UserErrors.EmailTaken, "Another user has this e-mail address already.", "/email");
        }
    }

    /// <summary>Refuses a global user in another tenant than the default one.</summary>
    public static void EnsureMayBeGlobal(this WriteContext write, bool global)
    {
        if (global && write.Tenant != TenantId.Default)
        {
            throw new DomainException(UserErrors.Invalid, "Global users are made in the default tenant.", "/global");
        }
    }
}
