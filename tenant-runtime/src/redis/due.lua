-- Hands out the orders that recovery must look at, and puts them off for as long as that may take: a
-- lease that needs no lock, and that a dead process cannot keep.
--
-- KEYS  1 due
-- ARGV  1 how many at most   2 lease (ms)
-- returns the orders (16 bytes each)
local now = now_ms()
local orders = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])
for _, order in ipairs(orders) do
  redis.call('ZADD', KEYS[1], 'XX', now + tonumber(ARGV[2]), order)
end
return orders
