using System.ComponentModel.DataAnnotations;
using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Sessions;

namespace DataHub.Application.Access.Sessions;

/// <summary>How long people stay signed in.</summary>
[ConfigurationSection("Sessions")]
public sealed class SessionsOptions
{
    /// <summary>Minutes that an access token is good for; a session that ends takes it along at once.</summary>
    [Range(1, 60)]
    public int AccessTokenMinutes { get; init; } = 15;

    /// <summary>Days that a refresh token is good for when it is not used.</summary>
    [Range(1, 90)]
    public int RefreshTokenDays { get; init; } = 7;

    /// <summary>Days after which a person signs in anew, however often the session was refreshed.</summary>
    [Range(1, 365)]
    public int MaxDays { get; init; } = 30;

    /// <summary>Seconds in which the same browser may send a refresh token again that it has just used, such as from two tabs: by cookie only. 0 forgives nothing.</summary>
    [Range(0, 60)]
    public int RepeatSeconds { get; init; } = 5;

    /// <summary>Days that a signing key signs; it verifies for as long after that as its last token lives.</summary>
    [Range(1, 365)]
    public int SigningKeyDays { get; init; } = 30;

    /// <summary>Seconds that a node remembers a session before it looks again. Changes are told at once; this is for those that were missed.</summary>
    [Range(1, 300)]
    public int CacheSeconds { get; init; } = 30;

    /// <summary>The same as durations.</summary>
    internal SessionLifetimes Lifetimes => new(TimeSpan.FromDays(RefreshTokenDays), TimeSpan.FromDays(MaxDays), TimeSpan.FromSeconds(RepeatSeconds));
}
