using DataHub.Application.Abstractions;
using DataHub.Domain.SharedKernel;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace DataHub.Infrastructure.Idempotency;

/// <summary>
/// Commits the change of a claim only while the claim is held. A process that stood still for longer than a claim lasts, such as a suspended machine, would
/// otherwise carry out what somebody else has carried out in its place.
/// </summary>
internal sealed class IdempotencyFence(WriteContext write) : ICommitStep
{
    // Whoever wants to take the claim over waits for this row, and then finds it committed.
    private const string Mark = "UPDATE platform.idempotency_keys SET committed = true, claimed_until = now() + interval '1 minute' WHERE scope = {0} AND token = {1} AND answer IS NULL";

    private static readonly DomainError Lost = new(ErrorCodes.IdempotencyInProgress, "A request with this idempotency key is in progress.");

    public void OnSaving(DbContext context)
    {
        // Nothing to see: the claim is not a change of the request.
    }

    public async Task BeforeCommitAsync(DataHubDbContext context, CancellationToken cancellationToken)
    {
        if (write.Claim is { } claim && await context.Database.ExecuteSqlRawAsync(Mark, [claim.Scope, claim.Token], cancellationToken) == 0)
        {
            throw new DomainException(Lost, "This request took so long that another one with the same key was begun in its place; repeat it in a moment.");
        }
    }

    public void Discard()
    {
        // Rolled back with everything else.
    }
}
