using DataHub.Domain.Routing;
using DataHub.Domain.SharedKernel;
using FluentValidation;

namespace DataHub.Application.Routing;

/// <summary>The refusal of an id that names nothing.</summary>
internal static class Missing
{
    /// <summary>404 for an id.</summary>
    public static DomainException Of<TId>(TId id) where TId : struct, IEntityId<TId> =>
        new(RoutingErrors.NotFound, $"There is no resource {EntityId.Format(id)}.");
}

/// <summary>Lets a validator say what the domain finds wrong, so that every mistake is told at once.</summary>
internal static class DomainRules
{
    /// <summary>Takes over the mistakes; their pointers point into the request body.</summary>
    public static void AddFaults<T>(this ValidationContext<T> context, IEnumerable<DomainFault> faults)
    {
        foreach (var fault in faults)
        {
            context.AddFailure(new FluentValidation.Results.ValidationFailure(fault.Pointer, fault.Message) { ErrorCode = fault.Code });
        }
    }
}
