using DataHub.Application.Abstractions;
using DataHub.Application.Access.Credentials;
using DataHub.Application.Access.OneTimeLinks;
using DataHub.Application.Access.Sessions;
using DataHub.Application.Access.SignIn;
using DataHub.Application.Access.SingleSignOn;
using DataHub.Infrastructure.Access.Credentials;
using DataHub.Infrastructure.Access.OneTimeLinks;
using DataHub.Infrastructure.Access.Sessions;
using DataHub.Infrastructure.Access.SingleSignOn;
using DataHub.Infrastructure.Mail;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Access.SignIn;

/// <summary>Registers signing in and sessions.</summary>
internal static class SignInServices
{
    public static void AddSignIn(this IServiceCollection services)
    {
        services.AddOptions<SessionsOptions>().BindConfiguration("DataHub:Sessions").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<PasswordsOptions>().BindConfiguration("DataHub:Passwords").ValidateDataAnnotations().ValidateOnStart();
        services.AddScoped<ISessionRepository, SessionRepository>();
        services.AddScoped<ICredentialRepository, CredentialRepository>();
        services.AddScoped<ISignInPeople, SignInPeople>();
        services.AddSingleton<SignInThrottle>();
        services.AddSingleton<ISignInThrottle>(provider => provider.GetRequiredService<SignInThrottle>());
        services.AddSingleton<IPasswordHashing, PasswordHashing>();
        services.AddSingleton<ICommonPasswords, CommonPasswords>();
        services.AddSingleton<SigningKeyRing>();
        services.AddSingleton<IChangeHandler, SigningKeyChanges>();
        services.AddScoped<ISigningKeys, SigningKeys>();
        services.AddSingleton<IAccessTokens, AccessTokens>();
        services.AddSingleton<SessionDirectory>();
        services.AddSingleton<ISessionDirectory>(provider => provider.GetRequiredService<SessionDirectory>());
        services.AddSingleton<IChangeHandler>(provider => provider.GetRequiredService<SessionDirectory>());
        services.AddHostedService<SignInTidy>();
        services.AddLinks();
        services.AddSingleSignOn();
    }

    private static void AddLinks(this IServiceCollection services)
    {
        services.AddOptions<SignInOptions>().BindConfiguration("DataHub:SignIn").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<MailOptions>().BindConfiguration("DataHub:Mail").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<MailOptions>, MailOptionsRules>();
        services.AddScoped<IOneTimeLinkRepository, OneTimeLinkRepository>();
        services.AddSingleton<SmtpMailer>();
        services.AddSingleton<IMailer>(provider => provider.GetRequiredService<SmtpMailer>());
        services.AddHostedService(provider => provider.GetRequiredService<SmtpMailer>());
        services.AddSingleton<PasswordResetQueue>();
        services.AddSingleton<IPasswordResetRequests>(provider => provider.GetRequiredService<PasswordResetQueue>());
        services.AddHostedService(provider => provider.GetRequiredService<PasswordResetQueue>());
    }

    private static void AddSingleSignOn(this IServiceCollection services)
    {
        services.AddOptions<SsoOptions>().BindConfiguration("DataHub:Sso").ValidateOnStart();
        services.AddSingleton<IValidateOptions<SsoOptions>, SsoOptionsRules>();
        services.AddSingleton<SsoIssuers>();
        services.AddSingleton<ISsoProviders, SsoProviders>();
        services.AddScoped<IExternalIdentities, ExternalIdentities>();
    }
}
