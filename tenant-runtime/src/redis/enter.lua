-- Gives a shopper a place at the end, or says which the shopper has already.
--
-- KEYS  as in room.lua
-- ARGV  as in room.lua   5 shopper   6 nonce for the draw
--       7 the place that the shopper gives up for a new one, or nothing
-- returns { 'place' | 'closed', now, order of arrival, 1 if given just now }
local shopper, nonce, replace = ARGV[5], ARGV[6], ARGV[7]
if is_closed then
  return { 'closed', now, 0, 0 }
end
settle()
open_if_due()
local index = holding_of(shopper)
if index then
  local may_replace = is_open() and not redis.call('ZSCORE', PASSES, shopper)
  if replace ~= index or not may_replace then
    return { 'place', now, tonumber(index), 0 }
  end
end
local place = redis.call('HINCRBY', ROOM, 'next', 1) - 1
if not is_open() then
  local accumulator = redis.call('HGET', ROOM, 'accumulator') or ''
  redis.call('HSET', ROOM, 'accumulator', redis.sha1hex(accumulator .. nonce))
end
redis.call('HSET', TICKETS, shopper, place)
redis.call('ZREM', LATE, shopper)
return { 'place', now, place, 1 }
