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

-- What is written in one place for all of them is written once, after the last.
local leavers, gone = {}, {}

local function leave(tickets, shopper, index, number)
  local current, claimed = holding_of(tickets, shopper)
  if not current or (index and index ~= current) then
    return
  end
  redis.call('HDEL', tickets, shopper)
  leavers[#leavers + 1] = shopper
  if claimed then
    gone[#gone + 1] = now
    gone[#gone + 1] = shopper .. string.format('%d', current)
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
if #leavers > 0 then
  redis.call('ZREM', PASSES, unpack(leavers))
  redis.call('ZREM', LATE, unpack(leavers))
end
if #gone > 0 then
  redis.call('ZADD', GONE, unpack(gone))
end
return now
