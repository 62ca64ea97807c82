// A sliding window of two weighted cells and a token bucket, decided at once: both are charged or none.
// The clock is the store's, and every key has a time to live.
const script = `
local t = redis.call('TIME')
local now = t[1] + t[2] / 1000000
local limit, window, burst, refill = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local cell = math.floor(now / window)
local w = redis.call('HMGET', KEYS[1], 'cell', 'current', 'previous')
local at, current, previous = tonumber(w[1]) or cell, tonumber(w[2]) or 0, tonumber(w[3]) or 0
if at == cell - 1 then previous = current current = 0 elseif at < cell - 1 then previous = 0 current = 0 end
local used = current + previous * (1 - (now / window - cell))
local b = redis.call('HMGET', KEYS[2], 'tokens', 'at')
local tokens = math.min(burst, (tonumber(b[1]) or burst) + (now - (tonumber(b[2]) or now)) * burst / refill)
local allowed = 0
local retry = 0
if used + 1 > limit then retry = math.ceil((cell + 1) * window - now)
elseif tokens < 1 then retry = math.ceil((1 - tokens) * refill / burst)
else
  allowed = 1
  used = used + 1
  tokens = tokens - 1
  redis.call('HSET', KEYS[1], 'cell', cell, 'current', current + 1, 'previous', previous)
  redis.call('EXPIRE', KEYS[1], window * 2)
  redis.call('HSET', KEYS[2], 'tokens', tostring(tokens), 'at', tostring(now))
  redis.call('EXPIRE', KEYS[2], math.ceil(refill) + 1)
end
return { allowed, math.floor(limit - used), math.ceil((cell + 1) * window - now), math.floor(tokens), retry }
`

const minute = { limit: 1_000_000_000, window: 60 }
const burst = { limit: 100_000_000, window: 1 }

/** One tier of two limits per key, counted in Redis with one script call. */
export class RateLimiter {
  #redis
  #policy = `"minute";q=${minute.limit};w=${minute.window}, "burst";q=${burst.limit};w=${burst.window}`

  constructor (redis) {
    this.#redis = redis
    redis.defineCommand('decide', { numberOfKeys: 2, lua: script })
  }

  async decide (caller) {
    const tag = `{${caller.keyId}}`
    const [allowed, remaining, reset, tokens, retryAfter] = await this.#redis.decide(
      `rl:${tag}:minute`, `rl:${tag}:burst`, minute.limit, minute.window, burst.limit, burst.window)
    return {
      allowed: allowed === 1,
      retryAfter,
      policy: this.#policy,
      state: `"minute";r=${remaining};t=${reset}, "burst";r=${tokens};t=${burst.window}`
    }
  }
}
