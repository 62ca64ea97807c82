-- Open loop: requests are due at random (Poisson) instants of a fixed mean rate, whatever the answers do; a connection that becomes
-- free takes the next instant. Argument: requests per second.

local ffi = require("ffi")
ffi.cdef [[
typedef struct { long seconds; long micros; } bench_time;
int gettimeofday(bench_time *time, void *zone);
]]

local time = ffi.new("bench_time")
local mean, due

local function now()
    ffi.C.gettimeofday(time, nil)
    return tonumber(time.seconds) * 1e6 + tonumber(time.micros)
end

function init(args)
    mean = 1e6 / tonumber(args[1])
    due = now()
    math.randomseed(due % 1e6)
end

-- Milliseconds until the request is due. wrk knows whole ones only: rounding at random keeps the mean.
function delay()
    due = due - mean * math.log(1 - math.random())
    local wait = due - now()
    return wait > 0 and math.floor(wait / 1000 + math.random()) or 0
end

function done(summary, latency, requests)
    local errors = summary.errors
    print(string.format(
        "result %d %d %.0f %.0f %d %d", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
        errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
