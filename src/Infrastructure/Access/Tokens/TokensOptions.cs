using System.ComponentModel.DataAnnotations;
using DataHub.Application.Abstractions;

namespace DataHub.Infrastructure.Access.Tokens;

/// <summary>How tokens of identity providers are checked, and for how long a node trusts what it knows.</summary>
[ConfigurationSection("Tokens")]
internal sealed class TokensOptions
{
    /// <summary>Most characters of a token; longer ones are refused before anything else.</summary>
    [Range(256, 65536)]
    public int MaxLength { get; init; } = 8192;

    /// <summary>For how long the last keys of an issuer are used while it does not answer.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan MaxStale { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Seconds between two downloads of an issuer's keys in the background.</summary>
    [Range(10, 86400)]
    public int RefreshSeconds { get; init; } = 300;

    /// <summary>Seconds between two downloads because of tokens with an unknown key, however many come.</summary>
    [Range(1, 3600)]
    public int UnknownKeySeconds { get; init; } = 10;

    /// <summary>Milliseconds after which a question to an issuer is given up.</summary>
    [Range(50, 30_000)]
    public int TimeoutMilliseconds { get; init; } = 5000;

    /// <summary>Most kibibytes of an issuer's answer.</summary>
    [Range(1, 4096)]
    public int MaxAnswerKibibytes { get; init; } = 256;

    /// <summary>Most verified tokens in memory.</summary>
    [Range(100, 10_000_000)]
    public int MaxCached { get; init; } = 100_000;

    /// <summary>Most seconds for which an active answer of introspection is trusted; never longer than the token lives.</summary>
    [Range(0, 300)]
    public int IntrospectionSeconds { get; init; } = 60;

    /// <summary>Seconds for which an inactive answer of introspection is trusted.</summary>
    [Range(0, 60)]
    public int IntrospectionInactiveSeconds { get; init; } = 5;

    /// <summary>Most questions to one introspection endpoint at the same time; callers that would need more get 503.</summary>
    [Range(1, 1000)]
    public int MaxIntrospections { get; init; } = 64;
}
