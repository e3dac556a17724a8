-- Part of every step of the waiting room; the rules are those of tenant-runtime-core's `room`.
--
-- KEYS  1 room  2 tickets  3 passes  4 calls  5 absentees  6 late  7 settings  8 sealed
-- ARGV  1 the doors open  2 they close  3 time to come once called  4 life of a pass  (all in ms)
local ROOM, TICKETS, PASSES, CALLS = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local ABSENTEES, LATE, SETTINGS, SEALED = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local opens, closes, claim_ms, pass_ms = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local TOKEN = 1000
local LATE_MS = 10000

local now = now_ms()
local paused, per_second, inside_max, closed_early
do
  local found = redis.call('HMGET', SETTINGS, 'paused', 'per_second', 'inside_max', 'closed')
  paused, closed_early = found[1] == '1', found[4] == '1'
  per_second, inside_max = tonumber(found[2] or '0'), tonumber(found[3] or '0')
end
local sealed = redis.call('EXISTS', SEALED) == 1
local is_closed = sealed or closed_early or now >= closes

local function is_open()
  return redis.call('HEXISTS', ROOM, 'opened') == 1
end

-- Fixes who came before the doors opened. Only to be called while the doors are not closed.
local function open_if_due()
  if now < opens or is_open() then
    return
  end
  redis.call('HSET', ROOM, 'opened', now, 'entrants', number_of(ROOM, 'next'), 'ticked', now,
    'tokens', per_second * TOKEN)
end

-- Takes back passes and calls whose time is over.
local function settle()
  redis.call('ZREMRANGEBYSCORE', PASSES, '-inf', now)
  redis.call('ZREMRANGEBYSCORE', LATE, '-inf', now - LATE_MS)
  while true do
    local call = redis.call('ZRANGE', CALLS, 0, 0)[1]
    if not call then
      return
    end
    local from, at = string.match(call, '(%d+):(%d+)')
    if tonumber(at) + claim_ms > now then
      return
    end
    local absent = number_of(ABSENTEES, from)
    redis.call('ZREM', CALLS, call)
    redis.call('HDEL', ABSENTEES, from)
    redis.call('HINCRBY', ROOM, 'absent', absent)
    redis.call('HINCRBY', ROOM, 'reserved', 0 - absent)
    redis.call('HINCRBY', ROOM, 'returned', absent)
  end
end

-- The first number of the open call that `number` belongs to, if it is still open.
local function call_of(number)
  local call = redis.call('ZREVRANGEBYSCORE', CALLS, number, '-inf', 'LIMIT', 0, 1)[1]
  return call and string.match(call, '(%d+):')
end

-- Pays for calls: first with what no-shows gave back. (`-returned` would be written as `-0`.)
local function spend(calls)
  local returned = math.min(calls, number_of(ROOM, 'returned'))
  redis.call('HINCRBY', ROOM, 'returned', 0 - returned)
  redis.call('HINCRBY', ROOM, 'tokens', (returned - calls) * TOKEN)
end

-- A ticket's order of arrival, as text, and whether it was claimed.
local function holding_of(shopper)
  local ticket = redis.call('HGET', TICKETS, shopper)
  if not ticket then
    return nil, false
  end
  local index, claimed = string.match(ticket, '(%d+)(c?)')
  return index, claimed == 'c'
end

