using DataHub.Infrastructure.Access.SignIn;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DataHub.Infrastructure.Access.Sessions;

/// <summary>Removes every hour what is of no use any more: expired refresh tokens, sessions and links a month after their end, old failures.</summary>
internal sealed partial class SignInTidy(NpgsqlDataSource database, SignInThrottle throttle, TimeProvider clock, ILogger<SignInTidy> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);
    private const int KeptDays = 30;

    private const string Remove = """
        WITH links AS (DELETE FROM access.one_time_links WHERE expires_at < $2),
             tokens AS (DELETE FROM access.refresh_tokens WHERE expires_at < $1)
        DELETE FROM access.sessions WHERE expires_at < $2 OR ended_at < $2
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TidyAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends.
        }
    }

    /// <summary>Removes it now.</summary>
    internal async Task TidyAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var command = database.CreateCommand(Remove);
            command.Parameters.AddWithValue(clock.GetUtcNow());
            command.Parameters.AddWithValue(clock.GetUtcNow().AddDays(-KeptDays));
            await command.ExecuteNonQueryAsync(cancellationToken);
            await throttle.PruneAsync(cancellationToken);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
        {
            LogNotTidied(e.Message);
        }
    }

    [LoggerMessage(2032, LogLevel.Warning, "Expired sessions and tokens could not be removed, trying again later: {Reason}")]
    private partial void LogNotTidied(string reason);
}
