-- Closed loop: every connection sends its next request as soon as the answer to the last one is read.

function done(summary, latency, requests)
    local errors = summary.errors
    print(string.format(
        "result %d %d %.0f %.0f %d %d", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
        errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
