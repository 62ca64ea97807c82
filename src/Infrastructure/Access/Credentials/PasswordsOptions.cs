using System.ComponentModel.DataAnnotations;
using DataHub.Application.Abstractions;

namespace DataHub.Infrastructure.Access.Credentials;

/// <summary>How the passwords of people are kept.</summary>
[ConfigurationSection("Passwords")]
internal sealed class PasswordsOptions
{
    /// <summary>Rounds of PBKDF2 with HMAC-SHA-512 for a password. More cost every sign-in, and whoever steals the hashes, more; hashes with fewer are made anew at the next sign-in.</summary>
    [Range(100_000, 10_000_000)]
    public int Iterations { get; set; } = 210_000;

    /// <summary>Hashes that are computed at a time on this node; the others wait. 0 takes one less than there are cores, and at least one.</summary>
    [Range(0, 64)]
    public int Concurrency { get; set; }

    /// <summary>Seconds that a sign-in waits for its turn before it is refused with 503.</summary>
    [Range(1, 60)]
    public int WaitSeconds { get; set; } = 5;
}
