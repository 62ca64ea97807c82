using System.ComponentModel.DataAnnotations;
using DataHub.Application.Abstractions;
using DataHub.Application.Access.SignIn;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Mail;

/// <summary>The mail server for invitations and links for another password. Without one, such links are shown to the administrator who asks for them.</summary>
[ConfigurationSection("Mail")]
internal sealed class MailOptions
{
    /// <summary>Host name of the mail server (SMTP). Empty for none.</summary>
    public string Host { get; set; } = "";

    /// <summary>Its port.</summary>
    [Range(1, 65535)]
    public int Port { get; set; } = 587;

    /// <summary>True: TLS by STARTTLS, and no mail without it.</summary>
    public bool StartTls { get; set; } = true;

    /// <summary>Mail address of the sender.</summary>
    public string From { get; set; } = "";

    /// <summary>User name at the mail server; empty for none.</summary>
    public string UserName { get; set; } = "";

    /// <summary>Password at the mail server.</summary>
    [SecretSetting]
    public string Password { get; set; } = "";

    /// <summary>Seconds after which an attempt is given up.</summary>
    [Range(1, 300)]
    public int TimeoutSeconds { get; set; } = 20;
}

/// <summary>What one setting alone cannot say.</summary>
/// <param name="configuration">For the address of the installation, which stands in another section.</param>
internal sealed class MailOptionsRules(IConfiguration configuration) : IValidateOptions<MailOptions>
{
    public ValidateOptionsResult Validate(string? name, MailOptions options)
    {
        if (options.Host.Length == 0)
        {
            return ValidateOptionsResult.Success;
        }

        var failures = new List<string>();
        if (!System.Net.Mail.MailAddress.TryCreate(options.From, out _))
        {
            failures.Add("From: must be a mail address, since Host is set.");
        }

        if (string.IsNullOrEmpty(configuration[$"DataHub:SignIn:{nameof(SignInOptions.PublicUrl)}"]))
        {
            failures.Add("Host: needs DataHub:SignIn:PublicUrl, which the links in mails begin with.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
