-- Approving -> Ready: the gateway declined this proof for certain, and took nothing.
--
-- KEYS  1 what became of the order   2 due
-- ARGV  1 order (16 bytes)   2 the declined proof
-- returns 'moved' | the order's state
local state = redis.call('HGET', KEYS[1], 'state') or ''
if state ~= 'approving' or redis.call('HGET', KEYS[1], 'proof') ~= ARGV[2] then
  return state
end
redis.call('HDEL', KEYS[1], 'proof', 'since')
redis.call('HSET', KEYS[1], 'state', 'ready')
redis.call('ZADD', KEYS[2], number_of(KEYS[1], 'until'), ARGV[1])
return 'moved'
