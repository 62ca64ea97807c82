using System.ComponentModel.DataAnnotations;
using DataHub.Application.Abstractions;

namespace DataHub.Application.Access.SignIn;

/// <summary>How people reach this installation, and how long the links live that are sent to them.</summary>
[ConfigurationSection("SignIn")]
public sealed class SignInOptions
{
    /// <summary>
    /// The address under which people open this installation in a browser, such as <c>https://gateway.example.com</c>. Links in mails and the
    /// redirect URI of single sign-on begin with it; it is never taken from a request, whose <c>Host</c> anybody can write.
    /// </summary>
    [RegularExpression("^(https?://[^/?#]+/?)?$")]
    public string PublicUrl { get; init; } = "";

    /// <summary>Hours that an invitation works.</summary>
    [Range(1, 720)]
    public int InvitationHours { get; init; } = 72;

    /// <summary>Minutes that a link for another password works.</summary>
    [Range(5, 1440)]
    public int ResetMinutes { get; init; } = 60;

    /// <summary><see cref="PublicUrl"/> without a slash at its end.</summary>
    internal string Origin => PublicUrl.TrimEnd('/');
}
