-- Refunding -> Paid: the gateway said for certain that it will not give the money back.
--
-- KEYS  1 what became of the order   2 due   3 books
-- ARGV  1 order (16 bytes)
-- returns 'moved' | the order's state
local state = redis.call('HGET', KEYS[1], 'state') or ''
if state ~= 'refunding' then
  return state
end
redis.call('HDEL', KEYS[1], 'reason', 'since')
redis.call('HSET', KEYS[1], 'state', 'paid')
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HINCRBY', KEYS[3], 'open_refunds', -1)
return 'moved'
