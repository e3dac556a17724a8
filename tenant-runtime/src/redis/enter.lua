-- Gives shoppers places at the end, in the order in which they are named, or says which they have.
--
-- KEYS  as in room.lua   9.. the tickets among which each shopper's is
-- ARGV  as in room.lua   5.. for each shopper: id, nonce for the draw, and the place that is given up
--       for a new one, or nothing
-- returns { now, 1 if closed, then order of arrival and 1 if given just now for each shopper }
local FIRST_KEY, FIRST_ARG, ARGS = 9, 5, 3
if is_closed then
  return { now, 1 }
end
settle()
open_if_due()
local open = is_open()
local first = number_of(ROOM, 'next')
local next = first
local accumulator = open and '' or redis.call('HGET', ROOM, 'accumulator') or ''

-- The place that the shopper has and keeps, or nothing where the next one is the shopper's now.
local function kept(tickets, shopper, replace)
  if redis.call('HSETNX', tickets, shopper, ticket_of(next, false)) == 1 then
    return nil
  end
  local index, claimed = holding_of(tickets, shopper)
  if not open or claimed or tonumber(replace) ~= index then
    return index
  end
  redis.call('HSET', tickets, shopper, ticket_of(next, false))
  redis.call('ZREM', LATE, shopper)
  return nil
end

local answer = { now, 0 }
for key = FIRST_KEY, #KEYS do
  local arg = FIRST_ARG + (key - FIRST_KEY) * ARGS
  local index = kept(KEYS[key], ARGV[arg], ARGV[arg + 2])
  answer[#answer + 1] = index or next
  answer[#answer + 1] = index and 0 or 1
  if not index then
    next = next + 1
    if not open then
      accumulator = redis.sha1hex(accumulator .. ARGV[arg + 1])
    end
  end
end
if next > first then
  redis.call('HSET', ROOM, 'next', next)
  if not open then
    redis.call('HSET', ROOM, 'accumulator', accumulator)
  end
end
return answer
