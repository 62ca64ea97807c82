-- Says that a node lives, forgets those that were silent, and tells how many are left and how many of them come before this one.
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
local rank = 0
local nodes = redis.call('ZRANGE', KEYS[1], 0, -1)
for _, node in ipairs(nodes) do
  if node < ARGV[1] then rank = rank + 1 end
end
return { #nodes, rank }
