using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.SharedKernel;
using FluentValidation;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace DataHub.Gateway.Api.Errors;

/// <summary>The one place where an exception becomes an RFC 9457 problem.</summary>
internal sealed partial class ProblemExceptions(ILogger<ProblemExceptions> logger)
{
    /// <summary>The problem of an exception; one that is nobody's fault but ours goes into the process log.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="requestId">The request's id, for the log.</param>
    public Problem ToProblem(Exception exception, string requestId)
    {
        var problem = ToProblem(exception);
        if (problem.Code == ErrorCodes.InternalError)
        {
            LogUnhandled(exception, requestId);
        }

        return problem;
    }

    private static Problem ToProblem(Exception exception) => exception switch
    {
        DomainException { Error: var error, Faults: { Count: > 0 } faults } e => new Problem(error.Code, e.Message)
        {
            Errors = [.. faults.Select(f => new ProblemField(f.Pointer, f.Code, f.Message))],
        },
        DomainException { Error: var error, Pointer: { } pointer } e => new Problem(error.Code, e.Message)
        {
            Errors = [new ProblemField(pointer, error.Code, e.Message)],
        },
        DomainException { Error: { Code: ErrorCodes.CursorMismatch } error } e => new Problem(error.Code, e.Message)
        {
            Errors = [new ProblemField("?cursor", error.Code, e.Message)],
        },
        DomainException { Error: var error } e => new Problem(error.Code, e.Message),
        ValidationException { Errors: var failures } => new Problem(ErrorCodes.ValidationFailed, "One or more fields are not valid; see errors.")
        {
            Errors = [.. failures.Select(f => new ProblemField(JsonPointer.FromPropertyPath(f.PropertyName), CodeOf(f.ErrorCode), f.ErrorMessage))],
        },
        BadHttpRequestException e => RequestBodyProblems.From(e),
        DbUpdateConcurrencyException => new Problem(ErrorCodes.EtagMismatch, "The resource was changed by someone else at the same time; read it again and repeat the change."),
        // Two rotations at once make a secret of the same number; whose comes second finds it taken.
        DbUpdateException { InnerException: PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "pk_api_key_secrets" } } =>
            new Problem(ApiKeyErrors.RotatedMeanwhile.Code, ApiKeyErrors.RotatedMeanwhile.Title),
        DbUpdateException { InnerException: PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } } =>
            new Problem(ErrorCodes.NameTaken, "Another resource has this name already; choose another one."),
        DbUpdateException { InnerException: PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation } } =>
            new Problem(ErrorCodes.InUse, "Another resource refers to this one, or the one referred to does not exist."),
        _ when IsTextRefused(exception) => new Problem(ErrorCodes.ValidationFailed, "A text holds a character that cannot be stored, such as U+0000."),
        _ when IsStoreAway(exception) => new Problem(ErrorCodes.StoreUnavailable, "The database cannot be reached; nothing was changed. Try again in a moment.") { RetryAfterSeconds = 2 },
        _ => new Problem(ErrorCodes.InternalError, "Something went wrong in the gateway. The log has the cause under this request id."),
    };

    // Bodies are held to rules before; this is for what comes by another way, such as a path.
    private static bool IsTextRefused(Exception? exception) => exception switch
    {
        null => false,
        PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter } => true,
        _ => IsTextRefused(exception.InnerException),
    };

    private static bool IsStoreAway(Exception? exception) => exception switch
    {
        null => false,
        PostgresException { SqlState: var state } => state.StartsWith("57P", StringComparison.Ordinal) || state.StartsWith("53", StringComparison.Ordinal) || state.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException or TimeoutException => true,
        _ => IsStoreAway(exception.InnerException),
    };

    // FluentValidation names its rules NotEmptyValidator and the like; a code of our own is snake_case already.
    private static string CodeOf(string? code) =>
        code is null || code.EndsWith("Validator", StringComparison.Ordinal) ? "invalid" : code;

    [LoggerMessage(1001, LogLevel.Error, "Request {RequestId} failed.")]
    private partial void LogUnhandled(Exception exception, string requestId);
}
