using DataHub.Application.Access.SelfService;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Access.SelfService;

namespace DataHub.Gateway.Api.Access.SelfService;

/// <summary>What signing up takes.</summary>
/// <param name="Name">Of the person or service, 1 to 80 characters.</param>
/// <param name="Email">Where to reach them.</param>
/// <param name="Segment"><c>public</c> (default), <c>partner</c> or <c>internal</c>.</param>
/// <param name="InvitationCode">Where the segment is by invitation.</param>
/// <param name="Purpose">For what, at most 1000 characters.</param>
internal sealed record RegisterBody(string Name, string Email, ConsumerSegment Segment = ConsumerSegment.Public, string? InvitationCode = null, string? Purpose = null)
{
    /// <summary>Without the code, so that nothing that prints a body prints it.</summary>
    public override string ToString() => $"RegisterBody {{ Segment = {Segment} }}";
}

/// <summary>What claiming takes.</summary>
/// <param name="ClaimToken">From the answer to the registration.</param>
internal sealed record ClaimBody(string ClaimToken)
{
    /// <summary>Without the token, so that nothing that prints a body prints it.</summary>
    public override string ToString() => "ClaimBody";
}

/// <summary>How far a registration has come.</summary>
/// <param name="Id">The printed id.</param>
/// <param name="Status">How far.</param>
/// <param name="ConsumerId">The consumer, once it exists.</param>
/// <param name="Key">The key, when it was issued just now.</param>
internal sealed record RegistrationState(string Id, RegistrationStatus Status, string? ConsumerId, SelfKeyIssued? Key);

/// <summary>A key that was issued just now.</summary>
/// <param name="Id">The printed id.</param>
/// <param name="Prefix">Readable start of its secret.</param>
/// <param name="Scopes">Granted scopes.</param>
/// <param name="ExpiresAt">UTC; null for never.</param>
internal sealed record SelfKeyIssued(string Id, string Prefix, IReadOnlyList<string> Scopes, DateTimeOffset? ExpiresAt);

/// <summary>The answer to a registration: what is shown once stands beside the data.</summary>
/// <param name="Data">How far it has come.</param>
/// <param name="Secret">The key's secret, when it was issued; the only copy.</param>
/// <param name="ClaimToken">Collects the key once an administrator has said yes; the only copy.</param>
/// <param name="Notice">What to do next.</param>
internal sealed record RegistrationEnvelope(RegistrationState Data, string? Secret, string? ClaimToken, string Notice)
{
    public const string Store = "Store the secret now; it cannot be read again.";
    public const string Wait = "An administrator decides. Keep the claim token: POST /api/v1/self/registrations/{id}:claim collects the key.";
    public const string DryRun = "Dry run: nobody was signed up.";
}

/// <summary>What approving takes; the body may be left out altogether.</summary>
/// <param name="Scopes">Scopes of the key; those of the settings when left out.</param>
/// <param name="TierId">Tier of the consumer; the one of the settings when left out.</param>
internal sealed record ApproveBody(IReadOnlyList<string>? Scopes = null, string? TierId = null);

/// <summary>What making an invitation code takes.</summary>
/// <param name="Segment">The segment that it opens: <c>public</c>, <c>partner</c> or <c>internal</c>.</param>
/// <param name="Scopes">Scopes of the keys; those of the settings when left out.</param>
/// <param name="TierId">Tier of the consumers; the one of the settings when left out.</param>
/// <param name="MaxUses">How many may sign up with it, 1 (default) to 10000.</param>
/// <param name="ExpiresAt">RFC 3339; never when left out.</param>
/// <param name="Note">For people, at most 200 characters.</param>
internal sealed record SignUpCodeBody(
    ConsumerSegment Segment, IReadOnlyList<string>? Scopes = null, string? TierId = null, int MaxUses = 1, DateTimeOffset? ExpiresAt = null, string? Note = null);

/// <summary>The one answer that shows an invitation code.</summary>
/// <param name="Data">What is kept of it.</param>
/// <param name="Code">The only copy; null in a dry run.</param>
internal sealed record SignUpCodeEnvelope(SignUpCodeDocument Data, string? Code);
