-- The money that had turned up for a released order is back with the shopper.
--
-- KEYS  1 what became of the order   2 due   3 books
-- ARGV  1 order (16 bytes)
-- returns 1 where it was noted as missing, otherwise 0
redis.call('ZREM', KEYS[2], ARGV[1])
if redis.call('HDEL', KEYS[1], 'stray') == 0 then
  return 0
end
redis.call('HINCRBY', KEYS[3], 'open_refunds', -1)
return 1
