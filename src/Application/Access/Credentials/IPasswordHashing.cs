namespace DataHub.Application.Access.Credentials;

/// <summary>How a password compares with a hash.</summary>
public enum PasswordMatch
{
    /// <summary>It is another one.</summary>
    No,

    /// <summary>It is the one.</summary>
    Yes,

    /// <summary>It is the one, and its hash should be made anew: it costs less than is asked for today.</summary>
    YesButOldHash,
}

/// <summary>Slow, salted hashes of passwords. Bounded: only so many are computed at a time, or a burst of sign-ins would take the whole machine.</summary>
public interface IPasswordHashing
{
    /// <summary>Hashes a password.</summary>
    /// <param name="password">The password.</param>
    /// <param name="cancellationToken">Ends the wait for a turn.</param>
    Task<string> HashAsync(string password, CancellationToken cancellationToken);

    /// <summary>Compares a password with a hash.</summary>
    /// <param name="hash">The hash; null does the same work against a hash of nobody, and answers no.</param>
    /// <param name="password">The password.</param>
    /// <param name="cancellationToken">Ends the wait for a turn.</param>
    Task<PasswordMatch> VerifyAsync(string? hash, string password, CancellationToken cancellationToken);
}

/// <summary>The passwords that are tried first, because they were found in breaches most often.</summary>
public interface ICommonPasswords
{
    /// <summary>Whether a word is on the list.</summary>
    /// <param name="word">A word in lower case.</param>
    bool Contains(string word);
}
