-- Lets a shopper in who was called or has an invitation, or renews the pass of one who is inside. At
-- no instant are there more passes than places. An invitation is spent where it lets its holder in,
-- and nowhere else.
--
-- KEYS  as in room.lua   9 the tickets among which the shopper's is   10 guests
--       11 ahead   12.. with an invitation: stock of each product
-- ARGV  as in room.lua   5 shopper   6 order of arrival   7 number that it came to, from 0
--       8 number of an invitation, or nothing   9 1 if the company has withdrawn it
-- returns { 'inside' | 'not_called' | 'replaced' | 'paused' | 'closed' | 'full' | 'spent' | 'withdrawn',
--           now, expiry of the pass (ms) or 0, 1 if renewed }
local TICKETS, GUESTS, AHEAD, FIRST_STOCK = KEYS[9], KEYS[10], KEYS[11], 12
local shopper, index, number = ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
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
local current, claimed = holding_of(TICKETS, shopper)
if current ~= index then
  return { 'replaced', now, 0, 0 }
end
local due = claimed or number < number_of(ROOM, 'frontier')
local invitation = not due and ARGV[8] ~= '' and ARGV[8]
if not is_open() or not due and not invitation then
  return { 'not_called', now, 0, 0 }
end
if invitation and redis.call('SISMEMBER', GUESTS, invitation) == 1 then
  return { 'spent', now, 0, 0 }
end
if invitation and ARGV[9] == '1' then
  return { 'withdrawn', now, 0, 0 }
end
if paused then
  return { 'paused', now, 0, 0 }
end

-- Whether anything is left to buy. Whoever was called was called because there was.
local function has_stock()
  for product = FIRST_STOCK, #KEYS do
    if number_of(KEYS[product], 'left') > 0 then
      return true
    end
  end
  return false
end

-- Whether there is room for one whose place is not reserved: others' places are, and rate and places
-- go to those who ask for their first time before those who come back.
local function has_room()
  if invitation and not has_stock() then
    return false
  end
  local kept = claimed and redis.call('ZCARD', LATE) or 0
  return redis.call('ZCARD', PASSES) + number_of(ROOM, 'reserved') + kept < inside_max and accrue() > kept
end

local call = not claimed and call_of(number)
if call and redis.call('ZCARD', PASSES) >= inside_max or not call and not has_room() then
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
if invitation then
  redis.call('SADD', GUESTS, invitation)
  redis.call('SADD', AHEAD, string.format('%d', number))
end
redis.call('HSET', TICKETS, shopper, ticket_of(index, true))
redis.call('ZADD', PASSES, expires, shopper)
redis.call('ZREM', LATE, shopper)
redis.call('HINCRBY', ROOM, 'admitted', 1)
return { 'inside', now, expires, 0 }
