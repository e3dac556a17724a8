-- Ready -> Held: the announced payment is dead at the gateway, another may be announced.
--
-- KEYS  1 what became of the order
-- ARGV  1 reference of the dead payment
-- returns 'moved' | the order's state
local state = redis.call('HGET', KEYS[1], 'state') or ''
if state ~= 'ready' or redis.call('HGET', KEYS[1], 'ref') ~= ARGV[1] then
  return state
end
redis.call('HDEL', KEYS[1], 'ref', 'announced')
redis.call('HSET', KEYS[1], 'state', 'held')
return 'moved'
