using MediatR;

namespace DataHub.Application.Abstractions;

/// <summary>A change: runs inside one transaction, which a dry run rolls back.</summary>
/// <typeparam name="TResult">What the caller gets.</typeparam>
public interface ICommand<out TResult> : IRequest<TResult>, ICommandMarker;

/// <summary>Lets a pipeline behaviour recognise commands.</summary>
#pragma warning disable CA1040 // The marker is the constraint.
public interface ICommandMarker;
#pragma warning restore CA1040

/// <summary>A read: opens no transaction, changes nothing.</summary>
/// <typeparam name="TResult">What the caller gets.</typeparam>
public interface IQuery<out TResult> : IRequest<TResult>;
