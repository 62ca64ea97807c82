using DataHub.Application.Abstractions;
using DataHub.Application.Access.Credentials;
using DataHub.Application.Access.OneTimeLinks;
using DataHub.Application.Access.Sessions;
using DataHub.Application.Access.Setup;
using Microsoft.Extensions.DependencyInjection;

namespace DataHub.Application.Access.SignIn;

/// <summary>Registers what signing in and sessions need in this layer.</summary>
internal static class SignInServices
{
    public static void AddSignIn(this IServiceCollection services)
    {
        services.AddScoped<SessionOpener>();
        services.AddScoped<SessionEnder>();
        services.AddScoped<PasswordAcceptance>();
        services.AddScoped<PasswordCheck>();
        services.AddScoped<SecondFactor>();
        services.AddScoped<LinkIssuer>();
        services.AddScoped<FirstUser>();
        services.AddScoped<IChangeRule, SessionsFollowUsers>();
    }
}
