using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Credentials;
using DataHub.Domain.Access.Users;

namespace DataHub.Application.Access.Credentials;

/// <summary>Seals the secrets of second factors, and checks the codes that people type.</summary>
internal sealed class SecondFactor(ISecretBox box, IRandomSource random, TimeProvider clock)
{
    /// <summary>A new secret, clear and sealed.</summary>
    /// <param name="userId">Whose it is; a sealed secret opens for nobody else.</param>
    public (byte[] Clear, byte[] Sealed) NewSecret(UserId userId)
    {
        var secret = new byte[Totp.SecretLength];
        random.Fill(secret);
        return (secret, box.Seal(secret, ContextOf(userId)));
    }

    /// <summary>New recovery codes.</summary>
    public IReadOnlyList<string> NewRecoveryCodes()
    {
        var codes = new List<string>(UserCredential.RecoveryCodeCount);
        var entropy = new byte[RecoveryCode.EntropyLength];
        while (codes.Count < UserCredential.RecoveryCodeCount)
        {
            random.Fill(entropy);
            codes.Add(RecoveryCode.From(entropy));
        }

        return codes;
    }

    /// <summary>The time step that a code is of.</summary>
    /// <param name="credential">The credential.</param>
    /// <param name="code">What was typed.</param>
    /// <returns>Null when it is not right, or when the secret cannot be opened any more.</returns>
    public long? FindStep(UserCredential credential, string code) =>
        credential.TotpSecret is { } sealedSecret && box.Open(sealedSecret, ContextOf(credential.Id)) is { } secret
            ? Totp.FindStep(secret, code, clock.GetUtcNow())
            : null;

    /// <summary>Accepts a code or a recovery code, and uses it up.</summary>
    /// <param name="credential">A credential that was loaded for change.</param>
    /// <param name="code">The code; null for none.</param>
    /// <param name="recoveryCode">The recovery code; null for none.</param>
    public bool Accept(UserCredential credential, string? code, string? recoveryCode)
    {
        var now = clock.GetUtcNow();
        return code is not null ? FindStep(credential, code) is { } step && credential.AcceptStep(step, now)
            : recoveryCode is not null && credential.UseRecoveryCode(RecoveryCode.DigestOf(recoveryCode), now);
    }

    private static byte[] ContextOf(UserId userId) => [.. "totp:"u8, .. userId.Value.ToByteArray(bigEndian: true)];
}
