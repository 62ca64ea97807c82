using System.Net;
using DataHub.Application.Access.Contracts;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Access.ApiKeys;

/// <summary>
/// Decides whether the holder of a secret that matched may come in. Only such a caller learns why not; an unknown secret is never told
/// apart from another. Runs on every keyed request: allocates nothing, waits for nothing.
/// </summary>
public static class KeyAdmissionPolicy
{
    private static readonly Admission Revoked = new(ErrorCodes.ApiKeyRevoked, "This API key was revoked; ask its issuer for another one.");
    private static readonly Admission Expired = new(ErrorCodes.ApiKeyExpired, "This API key has expired; ask its issuer to extend or replace it.");
    private static readonly Admission Replaced = new(ErrorCodes.ApiKeyExpired, "This secret was replaced by a rotation, and its time is over; use the newest secret of the key.");
    private static readonly Admission Disabled = new(ErrorCodes.ApiKeyDisabled, "This API key is switched off; ask its issuer to switch it on.");
    private static readonly Admission Suspended = new(ErrorCodes.ConsumerSuspended, "The consumer that this API key belongs to is suspended.");
    private static readonly Admission WrongAddress = new(ErrorCodes.IpNotAllowed, "This API key may not be used from this address.");

    /// <summary>Decides by the state of the key, then of its consumer, then by the address.</summary>
    /// <param name="caller">The record of the secret that was presented.</param>
    /// <param name="clientIp">Where the request comes from; null when unknown, which no list of networks contains.</param>
    /// <param name="now">UTC instant.</param>
    public static Admission Decide(CallerRecord caller, IPAddress? clientIp, DateTimeOffset now)
    {
        if (caller.Revoked)
        {
            return Revoked;
        }

        if (caller.ExpiresAt is { } end && now >= end)
        {
            return caller.SecretReplaced ? Replaced : Expired;
        }

        if (caller.Disabled)
        {
            return Disabled;
        }

        if (caller.ConsumerSuspended)
        {
            return Suspended;
        }

        return caller.AllowedIps.Count == 0 || IsIn(caller.AllowedIps, clientIp) ? Admission.Ok : WrongAddress;
    }

    private static bool IsIn(IReadOnlyList<IPNetwork> networks, IPAddress? address)
    {
        if (address is null)
        {
            return false;
        }

        // A dual-stack socket reports IPv4 callers in the mapped form; only they pay for the new address.
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        for (var i = 0; i < networks.Count; i++)
        {
            if (networks[i].Contains(plain))
            {
                return true;
            }
        }

        return false;
    }
}
