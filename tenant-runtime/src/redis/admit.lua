-- Moves the frontier as far as time, places, waiting shoppers and stock allow, and says how the room
-- stands. Any process may run it, as often as it likes.
--
-- KEYS  as in room.lua   9.. stock of each product
-- ARGV  as in room.lua
-- returns { { now, opened, closed, entrants, next, frontier, inside, reserved, admitted, absent,
--             generation of the settings, sealed (0|1) },
--           accumulator,
--           { left, held, sold of each product, in the order of KEYS } }
-- where an instant that has not come is 0
local stock, left = {}, 0
for product = 9, #KEYS do
  local found = redis.call('HMGET', KEYS[product], 'left', 'held', 'sold')
  for field = 1, 3 do
    stock[#stock + 1] = tonumber(found[field] or '0')
  end
  left = left + stock[#stock - 2]
end

settle()
if is_closed then
  redis.call('HSETNX', ROOM, 'closed', now)
else
  open_if_due()
end

local function accrue()
  local second = per_second * TOKEN
  local tokens = number_of(ROOM, 'tokens')
  if tokens < second then
    local elapsed = math.max(0, now - number_of(ROOM, 'ticked'))
    tokens = math.min(second, tokens + elapsed * per_second)
  end
  local returned = math.min(number_of(ROOM, 'returned'), per_second)
  redis.call('HSET', ROOM, 'tokens', tokens, 'returned', returned, 'ticked', now)
  return math.floor(tokens / TOKEN) + returned
end

if not is_closed and is_open() then
  local allowed = accrue()
  local frontier = number_of(ROOM, 'frontier')
  local taken = redis.call('ZCARD', PASSES) + number_of(ROOM, 'reserved') + redis.call('ZCARD', LATE)
  local called = math.min(allowed, inside_max - taken, number_of(ROOM, 'next') - frontier)
  if called > 0 and left > 0 and not paused then
    local from = string.format('%d', frontier)
    redis.call('ZADD', CALLS, frontier, from .. ':' .. string.format('%d', now))
    redis.call('HSET', ABSENTEES, from, called)
    redis.call('HINCRBY', ROOM, 'frontier', called)
    redis.call('HINCRBY', ROOM, 'reserved', called)
    spend(called)
  end
end

local found = redis.call('HMGET', ROOM, 'opened', 'closed', 'entrants', 'next', 'frontier', 'reserved', 'admitted', 'absent')
for field = 1, 8 do
  found[field] = tonumber(found[field] or '0')
end
local opened, closed, entrants, next, frontier, reserved, admitted, absent = unpack(found)
local counts = { now, opened, closed, entrants, next, frontier, redis.call('ZCARD', PASSES), reserved, admitted, absent,
  number_of(SETTINGS, 'generation'), sealed and 1 or 0 }
return { counts, redis.call('HGET', ROOM, 'accumulator') or '', stock }
