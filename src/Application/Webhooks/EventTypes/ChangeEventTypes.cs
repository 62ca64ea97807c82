using DataHub.Application.Abstractions;
using DataHub.Application.Access.Contracts;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Events;
using DataHub.Domain.Webhooks.Subscriptions;
using FluentValidation;
using FluentValidation.Results;
using MediatR;

namespace DataHub.Application.Webhooks.EventTypes;

/// <summary>Registers a type of the tenant's own.</summary>
/// <param name="Name">Its name, for ever.</param>
/// <param name="Settings">What is set.</param>
public sealed record RegisterEventType(string Name, EventTypeSettings Settings) : ICommand<EventType>;

/// <summary>Replaces what can be changed of a type.</summary>
/// <param name="Name">The type.</param>
/// <param name="Settings">The new state.</param>
public sealed record UpdateEventType(string Name, EventTypeSettings Settings) : ICommand<EventType>;

/// <summary>Removes a type; subscriptions that name it stay, and get what is published without a registration.</summary>
/// <param name="Name">The type.</param>
public sealed record DeleteEventType(string Name) : ICommand<Unit>;

internal sealed class RegisterEventTypeValidator : AbstractValidator<RegisterEventType>
{
    public RegisterEventTypeValidator(IEventSchemaCompiler schemas)
    {
        RuleFor(c => c.Name).Must(EventTypePattern.IsType).WithErrorCode("invalid_event_type")
            .WithMessage($"An event type is words of a-z, 0-9 and _ joined by dots, such as order.created, of at most {StoredEvent.MaxTypeLength} characters.")
            .Must(name => name is null || !BuiltInEventTypes.IsReserved(name)).WithErrorCode("reserved").WithMessage("The first word of this type is the gateway's own.");
        RuleFor(c => c.Settings).Custom((settings, context) => EventTypeRules.Check(settings, schemas, context.AddFailure));
    }
}

internal sealed class UpdateEventTypeValidator : AbstractValidator<UpdateEventType>
{
    public UpdateEventTypeValidator(IEventSchemaCompiler schemas) => RuleFor(c => c.Settings).Custom((settings, context) => EventTypeRules.Check(settings, schemas, context.AddFailure));
}

/// <summary>The bounds of every field of an event type.</summary>
internal static class EventTypeRules
{
    public static void Check(EventTypeSettings settings, IEventSchemaCompiler schemas, Action<ValidationFailure> add)
    {
        if (settings.Description is { } text && (text.Length > EventType.MaxDescriptionLength || text.Any(char.IsControl)))
        {
            add(new ValidationFailure("/description", $"A description has at most {EventType.MaxDescriptionLength} characters, none of them a control character.") { ErrorCode = "too_long" });
        }

        if (settings.Scope is { } scope && (scope.Length > EventType.MaxScopeLength || !ScopeSyntax.IsRequirement(scope)))
        {
            add(new ValidationFailure("/scope", $"A scope is resource:action in lower-case letters, digits, '.', '_' and '-', of at most {EventType.MaxScopeLength} characters.") { ErrorCode = "invalid_scope" });
        }

        if (settings.Example is { Length: > EventType.MaxExampleLength })
        {
            add(new ValidationFailure("/example", $"An example has at most {EventType.MaxExampleLength} characters.") { ErrorCode = "too_long" });
        }

        var faults = new List<DomainFault>();
        if (settings.Schema is { } schema && schemas.Compile(schema, "/schema", faults) is { } compiled && settings.Example is { Length: <= EventType.MaxExampleLength } example)
        {
            faults.AddRange(compiled.Check(System.Text.Json.JsonElement.Parse(example), "/example"));
        }

        faults.ForEach(f => add(new ValidationFailure(f.Pointer, f.Message) { ErrorCode = f.Code }));
    }
}

internal sealed class RegisterEventTypeHandler(IEventTypeRepository types, IChangePublisher changes, WriteContext write, IIdSource ids, TimeProvider clock) : IRequestHandler<RegisterEventType, EventType>
{
    public async Task<EventType> Handle(RegisterEventType request, CancellationToken cancellationToken)
    {
        if (await types.FindAsync(request.Name, cancellationToken) is not null)
        {
            throw new DomainException(EventTypeErrors.NameTaken, $"'{request.Name}' is registered already.", "/name");
        }

        if ((await types.ReadAllAsync(cancellationToken)).Count >= EventType.MaxTypes)
        {
            throw new DomainException(EventTypeErrors.Conflict, $"A tenant registers at most {EventType.MaxTypes} event types.");
        }

        var type = EventType.Register(new EventTypeId(ids.NewId()), request.Name, request.Settings, clock.GetUtcNow());
        types.Add(type);
        changes.Publish(ChangeTopics.EventTypes, write.Tenant.ToString());
        return type;
    }
}

internal sealed class UpdateEventTypeHandler(IEventTypeRepository types, IChangePublisher changes, WriteContext write, TimeProvider clock) : IRequestHandler<UpdateEventType, EventType>
{
    public async Task<EventType> Handle(UpdateEventType request, CancellationToken cancellationToken)
    {
        var type = await types.FindAsync(request.Name, cancellationToken) ?? throw new DomainException(EventTypeErrors.NotFound);
        write.EnsureMatches(type);
        type.Replace(request.Settings, clock.GetUtcNow());
        changes.Publish(ChangeTopics.EventTypes, write.Tenant.ToString());
        return type;
    }
}

internal sealed class DeleteEventTypeHandler(IEventTypeRepository types, IChangePublisher changes, WriteContext write) : IRequestHandler<DeleteEventType, Unit>
{
    public async Task<Unit> Handle(DeleteEventType request, CancellationToken cancellationToken)
    {
        var type = await types.FindAsync(request.Name, cancellationToken) ?? throw new DomainException(EventTypeErrors.NotFound);
        write.EnsureMatches(type);
        types.Remove(type);
        changes.Publish(ChangeTopics.EventTypes, write.Tenant.ToString());
        return Unit.Value;
    }
}
