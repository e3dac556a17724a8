-- Paid -> Refunding. Whoever gets 'moved' asks the gateway for the money back; recovery does so again.
--
-- KEYS  1 what became of the order   2 due   3 books   4 sealed
-- ARGV  1 order (16 bytes)   2 reason   3 when recovery looks (ms from now)
-- returns 'moved' | 'sealed' | the order's state
local state = redis.call('HGET', KEYS[1], 'state') or ''
if state ~= 'paid' then
  return state
end
if redis.call('EXISTS', KEYS[4]) == 1 then
  return 'sealed'
end
local now = now_ms()
redis.call('HSET', KEYS[1], 'state', 'refunding', 'reason', ARGV[2], 'since', now)
redis.call('ZADD', KEYS[2], now + tonumber(ARGV[3]), ARGV[1])
redis.call('HINCRBY', KEYS[3], 'open_refunds', 1)
return 'moved'
