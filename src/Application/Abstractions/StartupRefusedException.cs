namespace DataHub.Application.Abstractions;

/// <summary>The process cannot start, and the operator can mend it. The message is printed without a stack trace.</summary>
/// <param name="message">What is wrong and the exact step that mends it.</param>
/// <param name="inner">What caused it, for the debug log; may be null.</param>
public sealed class StartupRefusedException(string message, Exception? inner = null) : Exception(message, inner);
