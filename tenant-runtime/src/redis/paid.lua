-- Approving (or Ready, where a look-up found the money) -> Paid, with the event for the ledger. Money
-- that turns up for a released order is noted, and recovery gives it back.
--
-- KEYS  1 order   2 due   3 books   4 events   5 stock of the product
-- ARGV  1 order   2 receipt, JSON   3 event
-- returns 'moved' | 'stray' | the order's state
local state = redis.call('HGET', KEYS[1], 'state') or ''
if state == 'released' then
  if redis.call('HSETNX', KEYS[1], 'stray', 1) == 1 then
    redis.call('HINCRBY', KEYS[3], 'open_refunds', 1)
  end
  redis.call('ZADD', KEYS[2], now_ms(), ARGV[1])
  return 'stray'
end
if state ~= 'approving' and state ~= 'ready' then
  return state
end
local pieces = number_of(KEYS[1], 'quantity')
redis.call('HDEL', KEYS[1], 'proof', 'since', 'announced')
redis.call('HSET', KEYS[1], 'state', 'paid', 'receipt', ARGV[2])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HINCRBY', KEYS[5], 'held', -pieces)
redis.call('HINCRBY', KEYS[5], 'sold', pieces)
redis.call('HINCRBY', KEYS[3], 'open_holds', -1)
redis.call('HINCRBY', KEYS[3], 'sold', pieces)
redis.call('HINCRBY', KEYS[3], 'gross', redis.call('HGET', KEYS[1], 'amount'))
local sequence = redis.call('HINCRBY', KEYS[3], 'sequence', 1)
redis.call('XADD', KEYS[4], sequence .. '-0', 'e', ARGV[3])
return 'moved'
