-- Held, Ready or Approving -> Released: the pieces go back. Only from the state that the caller
-- decided on, and from Approving only with the proof that the gateway has finally declined.
--
-- KEYS  1 what became of the order   2 orders   3 due   4 books   5 stock of the product   6 buyers
-- ARGV  1 order (16 bytes)   2 state   3 proof, or nothing   4 reason   5 shopper (16 bytes)   6 pieces
-- returns 'moved' | the order's state
local state = state_of(KEYS[2], KEYS[1], ARGV[1])
if state ~= ARGV[2] or (state ~= 'held' and state ~= 'ready' and state ~= 'approving') then
  return state
end
if state == 'approving' and redis.call('HGET', KEYS[1], 'proof') ~= ARGV[3] then
  return state
end
local pieces = tonumber(ARGV[6])
redis.call('HDEL', KEYS[1], 'proof', 'since', 'announced')
redis.call('HSET', KEYS[1], 'state', 'released', 'reason', ARGV[4], 'at', now_ms())
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('HINCRBY', KEYS[4], 'open_holds', -1)
redis.call('HINCRBY', KEYS[5], 'held', -pieces)
redis.call('HINCRBY', KEYS[5], 'left', pieces)
give_back(KEYS[6], ARGV[5], ARGV[1])
return 'moved'
