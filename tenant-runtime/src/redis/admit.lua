-- Moves the frontier as far as time, places, waiting shoppers and stock allow, and says how the room
-- stands. Any process may run it, as often as it likes.
--
-- KEYS  as in room.lua   9 silent   10 ahead   11.. stock of each product
-- ARGV  as in room.lua   5 pod, or nothing for one that no waiting shopper asks
--       6 the first byte and 7 the bits of what that pod says of the silent
--       8 how long what a pod says counts (ms)   9 since when the gone are wanted (ms)
-- returns { { now, opened, closed, entrants, next, frontier, inside, reserved, admitted, absent,
--             generation of the settings, sealed (0|1) },
--           accumulator,
--           { left, held, sold of each product, in the order of KEYS },
--           { shopper (16 bytes) and order of arrival of whoever was inside and left } }
-- where an instant that has not come is 0
local SILENT, AHEAD, FIRST_STOCK = KEYS[9], KEYS[10], 11
local stock, left = {}, 0
for product = FIRST_STOCK, #KEYS do
  local found = redis.call('HMGET', KEYS[product], 'left', 'held', 'sold')
  for field = 1, 3 do
    stock[#stock + 1] = tonumber(found[field] or '0')
  end
  left = left + stock[#stock - 2]
end

settle()
redis.call('ZREMRANGEBYSCORE', GONE, '-inf', now - pass_ms)
if is_closed then
  redis.call('HSETNX', ROOM, 'closed', now)
else
  open_if_due()
end

-- What each pod that is alive says of the silent.
local function reports()
  if ARGV[5] ~= '' then
    redis.call('HSET', SILENT, ARGV[5], string.format('%d', now) .. ' ' .. ARGV[6] .. ' ' .. ARGV[7])
  end
  local found, all = {}, redis.call('HGETALL', SILENT)
  for at = 1, #all, 2 do
    local said, first, bits = string.match(all[at + 1], '^(%d+) (%d+) (.*)$')
    if tonumber(said) + tonumber(ARGV[8]) < now then
      redis.call('HDEL', SILENT, all[at])
    else
      found[#found + 1] = { first = tonumber(first), bits = bits }
    end
  end
  return found
end

-- Whether every pod says that this number has been silent for long.
local function is_silent(pods, number)
  for _, pod in ipairs(pods) do
    local byte = string.byte(pod.bits, math.floor(number / 8) - pod.first + 1)
    if not byte or bit.band(byte, bit.lshift(1, number % 8)) == 0 then
      return false
    end
  end
  return #pods > 0
end

-- The numbers of the guests who came in ahead of the line: no more than there are invitations.
local function came_ahead()
  local found = {}
  for _, number in ipairs(redis.call('SMEMBERS', AHEAD)) do
    found[tonumber(number)] = number
  end
  return found
end

-- Calls the next `may` numbers. The silent among them are passed over: no place is kept for them, and
-- nobody waits for them. Should they come after all, they are late. Whoever came in ahead of the line is
-- passed over, too, having had a place.
local function call_next(pods, may)
  local ahead = came_ahead()
  local number, next = number_of(ROOM, 'frontier'), number_of(ROOM, 'next')
  local called, absent, from = 0, 0, nil
  local function close_call()
    if from then
      redis.call('ZADD', CALLS, from, string.format('%d:%d:%d', from, number - from, now))
      redis.call('HSET', ABSENTEES, string.format('%d', from), number - from)
      from = nil
    end
  end
  while number < next do
    if ahead[number] then
      close_call()
      redis.call('SREM', AHEAD, ahead[number])
    elseif is_silent(pods, number) then
      close_call()
      absent = absent + 1
    elseif called == may then
      break
    else
      from = from or number
      called = called + 1
    end
    number = number + 1
  end
  close_call()
  redis.call('HSET', ROOM, 'frontier', number)
  redis.call('HINCRBY', ROOM, 'reserved', called)
  redis.call('HINCRBY', ROOM, 'absent', absent)
  spend(called)
end

if not is_closed and is_open() then
  local pods = reports()
  local late = redis.call('ZCARD', LATE)
  local taken = redis.call('ZCARD', PASSES) + number_of(ROOM, 'reserved') + late
  local may = math.min(accrue() - late, inside_max - taken)
  if may > 0 and left > 0 and not paused then
    call_next(pods, may)
  end
end

local found = redis.call('HMGET', ROOM, 'opened', 'closed', 'entrants', 'next', 'frontier', 'reserved', 'admitted', 'absent')
for field = 1, 8 do
  found[field] = tonumber(found[field] or '0')
end
local opened, closed, entrants, next, frontier, reserved, admitted, absent = unpack(found)
local counts = { now, opened, closed, entrants, next, frontier, redis.call('ZCARD', PASSES), reserved, admitted, absent,
  number_of(SETTINGS, 'generation'), sealed and 1 or 0 }
local gone = redis.call('ZRANGEBYSCORE', GONE, ARGV[9], '+inf')
return { counts, redis.call('HGET', ROOM, 'accumulator') or '', stock, gone }
