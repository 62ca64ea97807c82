-- Decides over all limits of a request, or of a lease of several requests, and charges all or none. One call is one atomic step.
--
-- KEYS   one counter per limit
-- ARGV   1 clock in microseconds, 0 for the server's own (tests set it)
--        2 requests wanted (0: only give back)        3 requests that wait for the answer now
--        4 divisor of what is left: no more than left / divisor is granted ahead of need
--        5 longest validity of the grant in microseconds; 0: nothing is held, the request is decided here and now
--        6 number of reports; then 5 numbers for each: instant of the grant, slot (-1: nothing was held), unspent and spent requests,
--          and a bit for each key that was charged
--        then 4 numbers for each key: algorithm (0 window, 1 bucket, 2 log), limit, window in microseconds, cost (negative: shadow)
-- Answer doubles, packed: granted, clock, validity, slot; then for each key: at, current, previous, charged (1) or refused (0)
--
-- A window is stored as <index, current, previous>. A bucket as <instant, level in use> and pairs <slot, units on lease>: what is on
-- lease does not drain, else a full bucket and a full lease could be spent together; a slot is 250 ms of expiry. A log is a sorted set.

local SLOT = 250000
local TOLERANCE = 1e-6

if redis.replicate_commands then redis.replicate_commands() end

local now = tonumber(ARGV[1])
if now == 0 then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local want, waiting, divisor, validity = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local reports = tonumber(ARGV[6])
local first = 6 + reports * 5

local function held_of(counter)
  local sum = 0
  for _, units in pairs(counter.held) do sum = sum + units end
  return sum
end

local function drain(counter, to, rate)
  if to > counter.at then
    counter.current = math.max(held_of(counter), counter.current - (to - counter.at) * rate)
    counter.at = to
  end
end

local function load_bucket(counter, value)
  counter.held = {}
  if value then
    counter.at, counter.current = struct.unpack('<dd', value)
    for offset = 17, #value, 16 do
      local slot, units = struct.unpack('<dd', value, offset)
      counter.held[slot] = units
    end
  end
  -- Slots end one after the other, and each holds its units until it ends.
  local rate = counter.limit / counter.window
  local slots = {}
  for slot in pairs(counter.held) do slots[#slots + 1] = slot end
  table.sort(slots)
  for _, slot in ipairs(slots) do
    local ends = (slot + 1) * SLOT
    if ends <= now then
      drain(counter, ends, rate)
      counter.held[slot] = nil
    end
  end
  drain(counter, now, rate)
  counter.previous = held_of(counter)
end

local function load_window(counter, value)
  if value then counter.at, counter.current, counter.previous = struct.unpack('<ddd', value) end
  local index = math.floor(now / counter.window)
  if index > counter.at then
    counter.previous = index == counter.at + 1 and counter.current or 0
    counter.current = 0
    counter.at = index
  end
end

local function release_of(counter, count)
  if count == 0 then return 0 end
  local index = math.min(math.max(count + counter.cost - counter.limit - 1, 0), count - 1)
  return tonumber(redis.call('ZRANGE', counter.key, index, index, 'WITHSCORES')[2])
end

local function load_log(counter)
  -- Entries keep their order even if the server's clock stepped back.
  local last = redis.call('ZRANGE', counter.key, -1, -1, 'WITHSCORES')
  counter.at = math.max(now, tonumber(last[2] or 0))
  redis.call('ZREMRANGEBYSCORE', counter.key, '-inf', now - counter.window)
  counter.current = redis.call('ZCARD', counter.key)
end

local function load(index)
  local at = first + (index - 1) * 4
  local counter = {
    key = KEYS[index], algorithm = tonumber(ARGV[at + 1]), limit = tonumber(ARGV[at + 2]),
    window = tonumber(ARGV[at + 3]), cost = tonumber(ARGV[at + 4]), at = 0, current = 0, previous = 0 }
  counter.shadow = counter.cost < 0
  counter.cost = math.abs(counter.cost)
  if counter.algorithm == 2 then
    load_log(counter)
  elseif counter.algorithm == 1 then
    load_bucket(counter, redis.call('GET', counter.key))
  else
    load_window(counter, redis.call('GET', counter.key))
  end
  return counter
end

local function save(counter)
  if counter.algorithm == 1 then
    local parts = { struct.pack('<dd', counter.at, counter.current) }
    for slot, units in pairs(counter.held) do parts[#parts + 1] = struct.pack('<dd', slot, units) end
    local empty = counter.current * counter.window / counter.limit
    redis.call('SET', counter.key, table.concat(parts), 'PX', math.ceil(empty / 1000) + 3000)
  elseif counter.algorithm == 0 then
    local ends = (counter.at + 2) * counter.window
    redis.call('SET', counter.key, struct.pack('<ddd', counter.at, counter.current, counter.previous), 'PX', math.ceil((ends - now) / 1000) + 1000)
  end
end

-- Gives back what a grant did not use. A bucket's slot that has ended gives nothing back: its units drained like spent ones.
local function settle(counter, granted_at, slot, unspent, spent)
  unspent, spent = unspent * counter.cost, spent * counter.cost
  if counter.algorithm == 0 then
    local index = math.floor(granted_at / counter.window)
    if index == counter.at then
      counter.current = math.max(0, counter.current - unspent)
    elseif index == counter.at - 1 then
      counter.previous = math.max(0, counter.previous - unspent)
    end
  elseif counter.algorithm == 1 and counter.held[slot] then
    local units = math.min(counter.held[slot], unspent + spent)
    counter.held[slot] = counter.held[slot] > units and counter.held[slot] - units or nil
    counter.current = math.max(held_of(counter), counter.current - math.min(unspent, units))
    counter.previous = held_of(counter)
  elseif counter.algorithm == 1 and slot < 0 then
    counter.current = math.max(held_of(counter), counter.current - unspent)
  elseif counter.algorithm == 2 and unspent > 0 then
    redis.call('ZPOPMAX', counter.key, unspent)
    counter.current = math.max(0, counter.current - unspent)
  end
end

local function used(counter)
  if counter.algorithm ~= 0 then return counter.current end
  local elapsed = math.max(0, now - counter.at * counter.window)
  return counter.current + math.ceil(counter.previous * (counter.window - elapsed) / counter.window)
end

local counters, left = {}, math.huge
for i = 1, #KEYS do
  local counter = load(i)
  for report = 0, reports - 1 do
    local at = 6 + report * 5
    if math.floor(tonumber(ARGV[at + 5]) / 2 ^ (i - 1)) % 2 == 1 then
      settle(counter, tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4]))
    end
  end
  local tolerance = counter.algorithm == 1 and TOLERANCE or 0
  counter.room = math.floor((counter.limit - used(counter) + tolerance) / counter.cost)
  if counter.room >= 1 or not counter.shadow then left = math.min(left, counter.room) end
  if counter.algorithm == 0 then
    validity = math.min(validity, (counter.at + 1) * counter.window - now)
  end
  counters[i] = counter
end

local granted = 0
if want > 0 and left >= 1 then
  granted = math.min(left, math.max(waiting, 1, math.min(want, math.floor(left / divisor))))
end

local slot = math.floor((now + validity) / SLOT)
local answer = { struct.pack('<dddd', granted, now, validity, slot) }
for i, counter in ipairs(counters) do
  local charged = granted > 0 and counter.room >= 1
  local units = granted * counter.cost
  if charged then
    if counter.algorithm == 2 then
      local entries = { 'ZADD', counter.key }
      for n = 1, units do
        entries[#entries + 1] = counter.at
        entries[#entries + 1] = string.format('%.0f:%d', counter.at, counter.current + n)
      end
      redis.call(unpack(entries))
      redis.call('PEXPIRE', counter.key, math.ceil(counter.window / 1000) + 1000)
    elseif counter.algorithm == 1 and validity > 0 and granted > waiting then
      -- Those that wait spend theirs at once; only what is ahead of need is held.
      local ahead = (granted - waiting) * counter.cost
      counter.held[slot] = (counter.held[slot] or 0) + ahead
      counter.previous = counter.previous + ahead
    end
    counter.current = counter.current + units
  end
  if counter.algorithm == 2 then
    counter.previous = release_of(counter, counter.current)
  elseif charged or reports > 0 then
    save(counter)
  end
  answer[#answer + 1] = struct.pack('<dddd', counter.at, counter.current, counter.previous, (charged or counter.room >= 1) and 1 or 0)
end
return table.concat(answer)
