using DataHub.Application.Access.Credentials;
using DataHub.Domain.SharedKernel;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Access.Credentials;

/// <summary>The framework's hasher: PBKDF2 with HMAC-SHA-512, 128 bits of salt, 256 bits of output, the rounds in the hash.</summary>
internal sealed class PasswordHashing : IPasswordHashing, IDisposable
{
    private static readonly object Nobody = new();
    private static readonly DomainError Busy = new(ErrorCodes.Overloaded, "Too many people sign in at once; try again in a moment.");

    private readonly PasswordHasher<object> _hasher;
    private readonly SemaphoreSlim _turns;
    private readonly TimeSpan _patience;
    private readonly string _hashOfNobody;

    public PasswordHashing(IOptions<PasswordsOptions> options)
    {
        _hasher = new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = options.Value.Iterations }));
        _turns = new SemaphoreSlim(options.Value.Concurrency > 0 ? options.Value.Concurrency : Math.Max(1, Environment.ProcessorCount - 1));
        _patience = TimeSpan.FromSeconds(options.Value.WaitSeconds);
        _hashOfNobody = _hasher.HashPassword(Nobody, "nobody has this password");
    }

    public Task<string> HashAsync(string password, CancellationToken cancellationToken) =>
        InTurnAsync(() => _hasher.HashPassword(Nobody, password), cancellationToken);

    public async Task<PasswordMatch> VerifyAsync(string? hash, string password, CancellationToken cancellationToken)
    {
        var result = await InTurnAsync(() => _hasher.VerifyHashedPassword(Nobody, hash ?? _hashOfNobody, password), cancellationToken);
        return hash is null ? PasswordMatch.No : result switch
        {
            PasswordVerificationResult.Success => PasswordMatch.Yes,
            PasswordVerificationResult.SuccessRehashNeeded => PasswordMatch.YesButOldHash,
            _ => PasswordMatch.No,
        };
    }

    public void Dispose() => _turns.Dispose();

    private async Task<T> InTurnAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        if (!await _turns.WaitAsync(_patience, cancellationToken))
        {
            throw new DomainException(Busy);
        }

        try
        {
            return work();
        }
        finally
        {
            _turns.Release();
        }
    }
}
