using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Access.Users;

/// <summary>Where a user stands.</summary>
public enum UserStatus
{
    /// <summary>Was invited and has not come yet; cannot sign in.</summary>
    Invited,

    /// <summary>May sign in.</summary>
    Active,

    /// <summary>Was switched off; cannot sign in.</summary>
    Disabled,
}

/// <summary>What can be changed of a user.</summary>
/// <param name="Email">Unique over all tenants, whatever its case; at most <see cref="User.MaxEmailLength"/> characters.</param>
/// <param name="Name">1 to <see cref="User.MaxNameLength"/> characters.</param>
/// <param name="Role">What the user may do.</param>
/// <param name="Global">True: in every tenant; false: in its own.</param>
public sealed record UserSettings(string Email, string Name, Role Role, bool Global);

/// <summary>A person who works with the gateway. What the person signs in with is kept elsewhere.</summary>
public sealed class User : AggregateRoot<UserId>, ITenantOwned
{
    /// <summary>Most characters of an address (RFC 5321 §4.5.3.1.3, without the brackets).</summary>
    public const int MaxEmailLength = 254;

    /// <summary>Most characters of a name.</summary>
    public const int MaxNameLength = 100;

    private User(UserId id, DateTimeOffset now) : base(id, now) => (Email, EmailKey, Name) = ("", "", "");

    private User() => (Email, EmailKey, Name) = ("", "", "");

    /// <inheritdoc/>
    public TenantId TenantId { get; private set; }

    /// <summary>The address, as it was written.</summary>
    public string Email { get; private set; }

    /// <summary>The address with its case folded: what is unique and looked up.</summary>
    public string EmailKey { get; private set; }

    /// <summary>The name, for people.</summary>
    public string Name { get; private set; }

    /// <summary>What the user may do.</summary>
    public Role Role { get; private set; }

    /// <summary>True: in every tenant; false: in <see cref="TenantId"/> only. Global users are of the default tenant.</summary>
    public bool Global { get; private set; }

    /// <summary>Where the user stands.</summary>
    public UserStatus Status { get; private set; }

    /// <summary>UTC instant at which the invitation was accepted; null while it was not.</summary>
    public DateTimeOffset? AcceptedAt { get; private set; }

    /// <summary>UTC instant of the last sign-in; null for never.</summary>
    public DateTimeOffset? LastSignInAt { get; private set; }

    /// <summary>True for one who could administer every tenant now.</summary>
    public bool IsUsableGlobalAdmin => Global && Role == Role.Admin && Status == UserStatus.Active;

    /// <summary>Invites a user.</summary>
    /// <param name="id">The id, for ever.</param>
    /// <param name="settings">What can be changed later.</param>
    /// <param name="now">UTC instant of the request.</param>
    /// <exception cref="DomainException"><see cref="UserErrors.Invalid"/>.</exception>
    public static User Invite(UserId id, UserSettings settings, DateTimeOffset now)
    {
        var user = new User(id, now) { Status = UserStatus.Invited };
        user.Apply(settings);
        return user;
    }

    /// <summary>Replaces what can be changed.</summary>
    /// <param name="settings">All of it.</param>
    /// <param name="now">UTC instant of the request.</param>
    /// <exception cref="DomainException"><see cref="UserErrors.Invalid"/>; nothing was changed.</exception>
    public void Update(UserSettings settings, DateTimeOffset now)
    {
        Apply(settings);
        Touch(now);
    }

    /// <summary>The invitation was accepted; active already is fine.</summary>
    /// <param name="now">UTC instant of the request.</param>
    /// <exception cref="DomainException"><see cref="UserErrors.WrongStatus"/> for one who was switched off.</exception>
    public void Activate(DateTimeOffset now)
    {
        if (Status == UserStatus.Disabled)
        {
            throw new DomainException(UserErrors.WrongStatus, "The user is disabled; enable the user first.");
        }

        (Status, AcceptedAt) = (UserStatus.Active, AcceptedAt ?? now);
        Touch(now);
    }

    /// <summary>Switches the user off; off already is fine.</summary>
    /// <param name="now">UTC instant of the request.</param>
    public void Disable(DateTimeOffset now)
    {
        Status = UserStatus.Disabled;
        Touch(now);
    }

    /// <summary>Switches the user on again; on already is fine.</summary>
    /// <param name="now">UTC instant of the request.</param>
    public void Enable(DateTimeOffset now)
    {
        if (Status == UserStatus.Disabled)
        {
            Status = AcceptedAt is null ? UserStatus.Invited : UserStatus.Active;
            Touch(now);
        }
    }

    /// <summary>Notes a sign-in. It is no change of what an administrator set.</summary>
    /// <param name="now">UTC instant of the sign-in.</param>
    public void SignedIn(DateTimeOffset now) => LastSignInAt = now;

    /// <summary>The form of an address in which two of them are compared.</summary>
    /// <param name="email">The address.</param>
    /// <returns>In lower case, without space around it.</returns>
    public static string KeyOf(string email) => email.Trim().ToLowerInvariant();

    /// <summary>Whether a text can be an address: one <c>@</c> with something on both sides, no space, no control character. A message tells the rest.</summary>
    /// <param name="email">The text.</param>
    public static bool IsEmail(string? email) =>
        email is { Length: >= 3 and <= MaxEmailLength } && email.IndexOf('@', StringComparison.Ordinal) is var at && at is > 0 and <= 64
        && at == email.LastIndexOf('@') && at < email.Length - 1 && !email.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '<' or '>' or ',' or ';');

    private void Apply(UserSettings settings)
    {
        Require(IsEmail(settings.Email), $"An e-mail address has at most {MaxEmailLength} characters, with one '@' inside.", "/email");
        Require(settings.Name.Length is > 0 and <= MaxNameLength, $"The name has 1 to {MaxNameLength} characters.", "/name");
        Email = settings.Email;
        EmailKey = KeyOf(settings.Email);
        Name = settings.Name;
        Role = settings.Role;
        Global = settings.Global;
    }

    private static void Require(bool holds, string detail, string pointer)
    {
        if (!holds)
        {
            throw new DomainException(UserErrors.Invalid, detail, pointer);
        }
    }
}
