-- Adds to counters what a node admitted alone, and what the store lost.
-- KEYS   the counters
-- ARGV   6 numbers for each key: algorithm (0 window, 1 bucket, 2 log), window in microseconds, limit, index of the window (unused for
--        the others), units that the store had told before it lost its data (0: it did not lose any), units admitted since
--
-- After a loss every node tells what it had been told, each another part of the truth; the largest counts once. It is kept beside the
-- counter, so that what nodes admitted since is not mistaken for a part of it.
if redis.replicate_commands then redis.replicate_commands() end
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

-- Units of the past that the counter still lacks.
local function lacking(key, at, known, ttl)
  if known <= 0 then return 0 end
  local mark = key .. ':known'
  local counted = 0
  local value = redis.call('GET', mark)
  if value then
    local index, units = struct.unpack('<dd', value)
    if index == at then counted = units end
  end
  if known > counted then redis.call('SET', mark, struct.pack('<dd', at, known), 'PX', ttl) end
  return math.max(0, known - counted)
end

local function merge_window(key, window, at, known, units)
  local left = (at + 2) * window - now
  if left <= 0 then return end
  local index, current, previous = at, 0, 0
  local value = redis.call('GET', key)
  if value then index, current, previous = struct.unpack('<ddd', value) end
  local ttl = math.ceil(left / 1000) + 1000
  units = units + lacking(key, at, known, ttl)
  if index == at then
    current = current + units
  elseif index == at + 1 then
    previous = previous + units
  elseif index < at then
    previous = index == at - 1 and current or 0
    index, current = at, units
  end
  redis.call('SET', key, struct.pack('<ddd', index, current, previous), 'PX', ttl + math.max(0, math.ceil((index - at) * window / 1000)))
end

local function merge_bucket(key, window, rate, known, units)
  local level, leases = 0, ''
  local value = redis.call('GET', key)
  if value then
    local at, stored = struct.unpack('<dd', value)
    leases = value:sub(17)
    level = math.max(0, stored - math.max(0, now - at) * rate)
  end
  level = level + units + lacking(key, 0, known, math.ceil(window / 1000))
  if level > 0 then
    redis.call('SET', key, struct.pack('<dd', now, level) .. leases, 'PX', math.ceil(level / rate / 1000) + 3000)
  end
end

local function merge_log(key, window, known, units)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
  local count = redis.call('ZCARD', key)
  local ttl = math.ceil(window / 1000) + 1000
  local added = units + lacking(key, 0, known, ttl)
  for n = 1, added do redis.call('ZADD', key, now, string.format('%.0f:%d', now, count + n)) end
  if added > 0 then redis.call('PEXPIRE', key, ttl) end
end

for i, key in ipairs(KEYS) do
  local first = (i - 1) * 6
  local algorithm, window, limit = tonumber(ARGV[first + 1]), tonumber(ARGV[first + 2]), tonumber(ARGV[first + 3])
  local at, known, units = tonumber(ARGV[first + 4]), tonumber(ARGV[first + 5]), tonumber(ARGV[first + 6])
  if algorithm == 0 then
    merge_window(key, window, at, known, units)
  elseif algorithm == 1 then
    merge_bucket(key, window, limit / window, known, units)
  else
    merge_log(key, window, known, units)
  end
end
return #KEYS
