-- Nothing could be decided: recovery looks again later, unless the order was decided meanwhile.
--
-- KEYS  1 due
-- ARGV  1 order (16 bytes)   2 when (ms from now)
redis.call('ZADD', KEYS[1], 'XX', now_ms() + tonumber(ARGV[2]), ARGV[1])
