-- Refunding -> Refunded, with the event for the ledger. The pieces go back on sale where the deal
-- says so and is still open; the shopper may buy others in their place either way.
--
-- KEYS  1 what became of the order   2 due   3 books   4 events   5 stock of the product   6 buyers   7 settings
-- ARGV  1 order (16 bytes)   2 when (ms)   3 event   4 restock (0|1)   5 closes (ms)
--       6 shopper (16 bytes)   7 pieces   8 amount
-- returns 'moved' | the order's state
local state = redis.call('HGET', KEYS[1], 'state') or ''
if state ~= 'refunding' then
  return state
end
local pieces = tonumber(ARGV[7])
redis.call('HDEL', KEYS[1], 'since')
redis.call('HSET', KEYS[1], 'state', 'refunded', 'at', ARGV[2])
redis.call('ZREM', KEYS[2], ARGV[1])
give_back(KEYS[6], ARGV[6], ARGV[1])
redis.call('HINCRBY', KEYS[3], 'open_refunds', -1)
redis.call('HINCRBY', KEYS[3], 'sold', -pieces)
redis.call('HINCRBY', KEYS[3], 'refunds', ARGV[8])
local open = now_ms() < tonumber(ARGV[5]) and redis.call('HGET', KEYS[7], 'closed') ~= '1'
if ARGV[4] == '1' and open then
  redis.call('HINCRBY', KEYS[5], 'sold', -pieces)
  redis.call('HINCRBY', KEYS[5], 'left', pieces)
end
local sequence = redis.call('HINCRBY', KEYS[3], 'sequence', 1)
redis.call('XADD', KEYS[4], sequence .. '-0', 'e', ARGV[3])
return 'moved'
