-- Held, Ready or Approving -> Released: the pieces go back. Only from the state that the caller
-- decided on, and from Approving only with the proof that the gateway has finally declined.
--
-- KEYS  1 order   2 due   3 books   4 stock of the product   5 buyer
-- ARGV  1 order   2 state   3 proof, or nothing   4 reason
-- returns 'moved' | the order's state
local state = redis.call('HGET', KEYS[1], 'state') or ''
if state ~= ARGV[2] or (state ~= 'held' and state ~= 'ready' and state ~= 'approving') then
  return state
end
if state == 'approving' and redis.call('HGET', KEYS[1], 'proof') ~= ARGV[3] then
  return state
end
local pieces = number_of(KEYS[1], 'quantity')
redis.call('HDEL', KEYS[1], 'proof', 'since', 'announced')
redis.call('HSET', KEYS[1], 'state', 'released', 'reason', ARGV[4], 'at', now_ms())
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HINCRBY', KEYS[3], 'open_holds', -1)
redis.call('HINCRBY', KEYS[4], 'held', -pieces)
redis.call('HINCRBY', KEYS[4], 'left', pieces)
redis.call('HINCRBY', KEYS[5], 'p:' .. redis.call('HGET', KEYS[1], 'product'), -pieces)
return 'moved'
