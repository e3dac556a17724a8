-- Lets a called shopper in, or renews the pass of one who is inside. At no instant are there more
-- passes than places.
--
-- KEYS  as in room.lua
-- ARGV  as in room.lua   5 shopper   6 order of arrival   7 number that it came to, from 0
-- returns { 'inside' | 'not_called' | 'replaced' | 'paused' | 'closed' | 'full', now,
--           expiry of the pass (ms) or 0, 1 if renewed }
local shopper, index, number = ARGV[5], ARGV[6], tonumber(ARGV[7])
settle()
if sealed then
  return { 'closed', now, 0, 0 }
end
local expires = now + pass_ms
if redis.call('ZSCORE', PASSES, shopper) then
  redis.call('ZADD', PASSES, expires, shopper)
  return { 'inside', now, expires, 1 }
end
if is_closed then
  return { 'closed', now, 0, 0 }
end
local current, claimed = holding_of(shopper)
if current ~= index then
  return { 'replaced', now, 0, 0 }
end
if not is_open() or number >= number_of(ROOM, 'frontier') then
  return { 'not_called', now, 0, 0 }
end
if paused then
  return { 'paused', now, 0, 0 }
end
local call = not claimed and call_of(number)
local taken = redis.call('ZCARD', PASSES)
if not call then
  taken = taken + number_of(ROOM, 'reserved')
end
if claimed then
  taken = taken + redis.call('ZCARD', LATE)
end
if taken >= inside_max then
  if not call and not claimed then
    redis.call('ZADD', LATE, now, shopper)
  end
  return { 'full', now, 0, 0 }
end
if call then
  redis.call('HINCRBY', ABSENTEES, call, -1)
  redis.call('HINCRBY', ROOM, 'reserved', -1)
else
  spend(1)
end
redis.call('HSET', TICKETS, shopper, index .. 'c')
redis.call('ZADD', PASSES, expires, shopper)
redis.call('ZREM', LATE, shopper)
redis.call('HINCRBY', ROOM, 'admitted', 1)
return { 'inside', now, expires, 0 }
