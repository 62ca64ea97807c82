using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Access.SelfService;

namespace DataHub.Application.Access.SelfService;

/// <summary>What a list of registrations is narrowed to; null members do not narrow.</summary>
/// <param name="Status">How far they have come.</param>
/// <param name="Segment">What is signed up for.</param>
public sealed record RegistrationFilter(RegistrationStatus? Status, ConsumerSegment? Segment);

/// <summary>Keeps registrations and invitation codes. Changes are saved by the transaction of the command.</summary>
public interface IRegistrations
{
    /// <summary>Fields that the lists of registrations and of codes can be sorted by.</summary>
    static readonly string[] Sorts = ["createdAt"];

    /// <summary>Makes others from the same address or mail domain wait until the end of this transaction, then counts those before.</summary>
    /// <param name="address">IP address; null when unknown.</param>
    /// <param name="mailDomain">In lower case.</param>
    /// <param name="now">UTC instant.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Registrations from the address within an hour, and from the mail domain within a day.</returns>
    Task<(int FromAddress, int FromDomain)> CountRecentAsync(string? address, string mailDomain, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Loads a registration for change.</summary>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when it does not exist.</returns>
    Task<Registration?> FindAsync(RegistrationId id, CancellationToken cancellationToken);

    /// <summary>One page.</summary>
    /// <param name="filter">What it is narrowed to.</param>
    /// <param name="list">Page and order.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<Page<RegistrationDocument>> ListAsync(RegistrationFilter filter, ListRequest list, CancellationToken cancellationToken);

    /// <summary>Adds a registration.</summary>
    /// <param name="registration">The new registration.</param>
    void Add(Registration registration);

    /// <summary>Loads a code for change, by its digest; others who want it wait until the end of this transaction.</summary>
    /// <param name="digest">SHA-256 of the code.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when there is none.</returns>
    Task<SignUpCode?> FindCodeAsync(byte[] digest, CancellationToken cancellationToken);

    /// <summary>Loads a code for change.</summary>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when there is none.</returns>
    Task<SignUpCode?> FindCodeAsync(SignUpCodeId id, CancellationToken cancellationToken);

    /// <summary>One page of the codes.</summary>
    /// <param name="list">Page and order.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<Page<SignUpCodeDocument>> ListCodesAsync(ListRequest list, CancellationToken cancellationToken);

    /// <summary>Adds a code.</summary>
    /// <param name="code">The new code.</param>
    void Add(SignUpCode code);

    /// <summary>Removes a code.</summary>
    /// <param name="code">A loaded code.</param>
    void Remove(SignUpCode code);
}

/// <summary>A registration as the admin API shows it.</summary>
/// <param name="Id">The printed id.</param>
/// <param name="Name">Of the person or service.</param>
/// <param name="Email">Where to reach them.</param>
/// <param name="Segment">What is signed up for.</param>
/// <param name="Purpose">For what.</param>
/// <param name="Address">IP address of the request.</param>
/// <param name="Status">How far it has come.</param>
/// <param name="Scopes">Scopes that were approved; null for those of the settings.</param>
/// <param name="TierId">Tier that was approved; null for the one of the settings.</param>
/// <param name="DecidedBy">Who decided.</param>
/// <param name="Reason">Why it was rejected.</param>
/// <param name="ConsumerId">The consumer that was made.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="UpdatedAt">UTC instant of the last change.</param>
/// <param name="Version">Counts changes; the entity tag.</param>
public sealed record RegistrationDocument(
    string Id, string Name, string Email, ConsumerSegment Segment, string? Purpose, string? Address, RegistrationStatus Status, IReadOnlyList<string>? Scopes, string? TierId,
    string? DecidedBy, string? Reason, string? ConsumerId, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, long Version)
{
    /// <summary>Shows a registration, never its claim token.</summary>
    /// <param name="registration">The registration.</param>
    public static RegistrationDocument From(Registration registration) => new(
        registration.Id.ToString(), registration.Name, registration.Email, registration.Segment, registration.Purpose, registration.Address, registration.Status,
        registration.Scopes, registration.TierId?.ToString(), registration.DecidedBy, registration.Reason, registration.ConsumerId?.ToString(),
        registration.CreatedAt, registration.UpdatedAt, registration.Version);
}

/// <summary>An invitation code as the admin API shows it, never the code itself.</summary>
/// <param name="Id">The printed id.</param>
/// <param name="Last4">The readable end of the code.</param>
/// <param name="Segment">The segment that it opens.</param>
/// <param name="Scopes">Scopes of the keys; null for those of the settings.</param>
/// <param name="TierId">Tier of the consumers; null for the one of the settings.</param>
/// <param name="MaxUses">How many may sign up with it.</param>
/// <param name="Uses">How many have.</param>
/// <param name="ExpiresAt">UTC; null for never.</param>
/// <param name="Note">For people.</param>
/// <param name="CreatedAt">UTC.</param>
public sealed record SignUpCodeDocument(
    string Id, string Last4, ConsumerSegment Segment, IReadOnlyList<string>? Scopes, string? TierId, int MaxUses, int Uses, DateTimeOffset? ExpiresAt, string? Note, DateTimeOffset CreatedAt)
{
    /// <summary>Shows a code.</summary>
    /// <param name="code">The code.</param>
    public static SignUpCodeDocument From(SignUpCode code) => new(
        code.Id.ToString(), code.Last4, code.Segment, code.Scopes, code.TierId?.ToString(), code.MaxUses, code.Uses, code.ExpiresAt, code.Note, code.CreatedAt);
}
