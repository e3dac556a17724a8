-- Gives up the places and passes of shoppers who leave at the same time. Holds and orders stay.
--
-- KEYS  as in room.lua
--       9.. for each shopper: the tickets among which the shopper's is
-- ARGV  as in room.lua
--       5.. for each shopper: shopper, order of arrival or nothing for whatever the shopper has, the number
--       that it came to or -1 where it is not known
-- returns now (ms)
local FIRST_KEY, FIRST_ARG, ARGS = 9, 5, 3
settle()

local function leave(tickets, shopper, index, number)
  local current, claimed = holding_of(tickets, shopper)
  if not current or (index and index ~= current) then
    return
  end
  redis.call('HDEL', tickets, shopper)
  redis.call('ZREM', PASSES, shopper)
  redis.call('ZREM', LATE, shopper)
  if claimed then
    redis.call('ZADD', GONE, now, shopper .. string.format('%d', current))
    return
  end
  if number < 0 or number >= number_of(ROOM, 'frontier') then
    return
  end
  local call = call_of(number)
  if call then
    redis.call('HINCRBY', ABSENTEES, call, -1)
    redis.call('HINCRBY', ROOM, 'reserved', -1)
    redis.call('HINCRBY', ROOM, 'returned', 1)
  end
end

for key = FIRST_KEY, #KEYS do
  local arg = FIRST_ARG + (key - FIRST_KEY) * ARGS
  leave(KEYS[key], ARGV[arg], tonumber(ARGV[arg + 1]), tonumber(ARGV[arg + 2]))
end
return now
