-- Gives up a shopper's place and pass. Holds and orders stay.
--
-- KEYS  as in room.lua   9 the tickets among which the shopper's is
-- ARGV  as in room.lua   5 shopper   6 order of arrival, or nothing for whatever the shopper has
--       7 number that it came to, or -1 where it is not known
-- returns now (ms)
local TICKETS = KEYS[9]
local shopper, index, number = ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
settle()
local current, claimed = holding_of(TICKETS, shopper)
if not current or (index and index ~= current) then
  return now
end
redis.call('HDEL', TICKETS, shopper)
redis.call('ZREM', PASSES, shopper)
redis.call('ZREM', LATE, shopper)
if claimed then
  redis.call('ZADD', GONE, now, shopper .. string.format('%d', current))
  return now
end
if number < 0 or number >= number_of(ROOM, 'frontier') then
  return now
end
local call = call_of(number)
if call then
  redis.call('HINCRBY', ABSENTEES, call, -1)
  redis.call('HINCRBY', ROOM, 'reserved', -1)
  redis.call('HINCRBY', ROOM, 'returned', 1)
end
return now
