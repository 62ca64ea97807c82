using DataHub.Application.Webhooks.Contracts;

namespace DataHub.Application.Webhooks.DeliveryLog;

/// <summary>
/// Keeps what came of tests of endpoints, beside what came of deliveries. A test is in the log and nowhere else: nothing waits for it, nothing sends it
/// again, and it changes no record of its endpoint.
/// </summary>
public interface ITestLog
{
    /// <summary>Keeps one, as a delivery that has ended and its only attempt.</summary>
    /// <param name="target">The endpoint as it was tested.</param>
    /// <param name="message">What was sent.</param>
    /// <param name="report">What came of it.</param>
    /// <param name="passed">True when the answer was what the test asks for.</param>
    /// <param name="cancellationToken">Ends the write.</param>
    Task RecordAsync(SubscriptionTarget target, WebhookMessage message, AttemptReport report, bool passed, CancellationToken cancellationToken);
}
