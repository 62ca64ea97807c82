using System.Net;
using System.Net.Mail;
using System.Threading.Channels;
using DataHub.Application.Access.OneTimeLinks;
using DataHub.Infrastructure.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Mail;

/// <summary>Sends mails one after the other, and tries each a few times. What waits when the process ends is lost: whoever misses a mail asks again.</summary>
internal sealed partial class SmtpMailer(IOptions<MailOptions> options, TimeProvider clock, ILogger<SmtpMailer> logger) : BackgroundService, IMailer
{
    private const int Capacity = 1000;
    private const int Attempts = 4;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);

    private readonly MailOptions _options = options.Value;
    private readonly Channel<OutgoingMail> _mails = Channel.CreateBounded<OutgoingMail>(Capacity);

    public bool Configured => _options.Host.Length > 0;

    public bool Send(OutgoingMail mail) => _mails.Writer.TryWrite(mail);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _mails.Reader.WorkOffAsync(DeliverAsync, stoppingToken);

    private async Task DeliverAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            try
            {
                await SendAsync(mail, cancellationToken);
                LogSent(mail.Reference);
                return;
            }
            catch (Exception e) when (e is SmtpException or IOException or FormatException or System.Net.Sockets.SocketException)
            {
                LogFailed(mail.Reference, attempt, e.Message);
            }

            if (attempt < Attempts)
            {
                await Task.Delay(pause, clock, cancellationToken);
                pause *= 4;
            }
        }
    }

    private async Task SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        using var client = new SmtpClient(_options.Host, _options.Port)
        {
            EnableSsl = _options.StartTls,
            Credentials = _options.UserName.Length > 0 ? new NetworkCredential(_options.UserName, _options.Password) : null,
            DeliveryFormat = SmtpDeliveryFormat.International,
        };
        using var message = new MailMessage(_options.From, mail.To, mail.Subject, mail.Body.Reveal()) { BodyTransferEncoding = System.Net.Mime.TransferEncoding.EightBit };
        using var timer = new CancellationTokenSource(TimeSpan.FromSeconds(_options.TimeoutSeconds), clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            await client.SendMailAsync(message, either.Token);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested)
        {
            throw new SmtpException("The mail server did not answer in time.");
        }
    }

    [LoggerMessage(2035, LogLevel.Information, "Mailed {Reference}.")]
    private partial void LogSent(string reference);

    [LoggerMessage(2036, LogLevel.Warning, "{Reference} could not be mailed (attempt {Attempt}): {Reason}")]
    private partial void LogFailed(string reference, int attempt, string reason);
}
