-- Ready -> Approving. Whoever gets 'moved', and nobody else, may ask the gateway for the money.
--
-- KEYS  1 order   2 due
-- ARGV  1 order   2 what the shopper brought back from the gateway   3 when recovery looks (ms from now)
-- returns 'moved' | 'late' | the order's state
local state = redis.call('HGET', KEYS[1], 'state') or ''
if state ~= 'ready' then
  return state
end
local now = now_ms()
if now >= number_of(KEYS[1], 'until') then
  return 'late'
end
redis.call('HSET', KEYS[1], 'state', 'approving', 'proof', ARGV[2], 'since', now)
redis.call('ZADD', KEYS[2], now + tonumber(ARGV[3]), ARGV[1])
return 'moved'
