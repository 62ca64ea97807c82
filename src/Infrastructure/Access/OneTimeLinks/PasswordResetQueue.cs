using System.Threading.Channels;
using DataHub.Application.Abstractions;
using DataHub.Application.Access.OneTimeLinks;
using DataHub.Domain.Access.Users;
using DataHub.Infrastructure.Hosting;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DataHub.Infrastructure.Access.OneTimeLinks;

/// <summary>Works requests for another password off, one after the other; when too many wait, further ones are dropped.</summary>
internal sealed partial class PasswordResetQueue(IServiceScopeFactory scopes, ILogger<PasswordResetQueue> logger) : BackgroundService, IPasswordResetRequests
{
    private const int Capacity = 100;

    private readonly Channel<(string Email, string Address, string RequestId)> _requests =
        Channel.CreateBounded<(string, string, string)>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Enqueue(string email, string address, string requestId) => _requests.Writer.TryWrite((email, address, requestId));

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _requests.Reader.WorkOffAsync(TryAsync, stoppingToken);

    private async Task TryAsync((string Email, string Address, string RequestId) request, CancellationToken stoppingToken)
    {
        try
        {
            await HandleAsync(request.Email, request.Address, request.RequestId, stoppingToken);
        }
#pragma warning disable CA1031 // Whatever goes wrong with one request, the next one is worked off.
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogFailed(e, request.RequestId);
        }
    }

    private async Task HandleAsync(string email, string address, string requestId, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var write = scope.ServiceProvider.GetRequiredService<WriteContext>();
        (write.Actor, write.ClientIp, write.RequestId) = (Actor.System, address, requestId);
        var outcome = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new SendPasswordReset(email), cancellationToken);
        if (outcome is { UserId: { } user, Mailed: false })
        {
            LogNotMailed(user, requestId);
        }
    }

    [LoggerMessage(2033, LogLevel.Information, "User {UserId} asked for another password (request {RequestId}), and no mail was sent: there is no mail server, or one was sent a moment ago. An administrator can make a link with POST /api/v1/users/{{id}}:reset-password.")]
    private partial void LogNotMailed(UserId userId, string requestId);

    [LoggerMessage(2034, LogLevel.Error, "The request {RequestId} for another password failed.")]
    private partial void LogFailed(Exception exception, string requestId);
}
