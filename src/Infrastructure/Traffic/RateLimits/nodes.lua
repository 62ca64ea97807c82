-- Says that a node lives, forgets those that were silent, and counts the rest.
-- KEYS 1 the nodes; ARGV 1 this node, 2 microseconds of silence after which a node is gone, 3 "1" when this node leaves
if redis.replicate_commands then redis.replicate_commands() end
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[2]))
if ARGV[3] == '1' then
  redis.call('ZREM', KEYS[1], ARGV[1])
else
  redis.call('ZADD', KEYS[1], now, ARGV[1])
  redis.call('PEXPIRE', KEYS[1], 60000)
end
return redis.call('ZCARD', KEYS[1])
