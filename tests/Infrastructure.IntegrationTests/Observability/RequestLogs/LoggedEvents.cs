using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace DataHub.Infrastructure.IntegrationTests.Observability.RequestLogs;

/// <summary>A log that keeps the numbers of its events.</summary>
internal sealed class LoggedEvents<T> : ILogger<T>
{
    private readonly ConcurrentQueue<int> _ids = new();

    public IReadOnlyCollection<int> Ids => _ids;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _ids.Enqueue(eventId.Id);
}
