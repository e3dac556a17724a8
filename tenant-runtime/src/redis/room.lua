-- Part of every step of the waiting room; the rules are those of tenant-runtime-core's `room`.
--
-- KEYS  1 room  2 passes  3 calls  4 absentees  5 late  6 gone  7 settings  8 sealed
-- ARGV  1 the doors open  2 they close  3 time to come once called  4 life of a pass  (all in ms)
local ROOM, PASSES, CALLS, ABSENTEES = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local LATE, GONE, SETTINGS, SEALED = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
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
    local from, at = string.match(call, '(%d+):%d+:(%d+)')
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

-- The first number of the open call that `number` belongs to, if it belongs to one.
local function call_of(number)
  local call = redis.call('ZREVRANGEBYSCORE', CALLS, number, '-inf', 'LIMIT', 0, 1)[1]
  if not call then
    return nil
  end
  local from, size = string.match(call, '(%d+):(%d+):')
  return number < tonumber(from) + tonumber(size) and from or nil
end

-- How many may be let in by now. Tokens accrue up to a second's worth; what no-shows gave back comes
-- on top, but never as more than another.
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

-- Pays for calls: first with what no-shows gave back. (`-returned` would be written as `-0`.)
local function spend(calls)
  local returned = math.min(calls, number_of(ROOM, 'returned'))
  redis.call('HINCRBY', ROOM, 'returned', 0 - returned)
  redis.call('HINCRBY', ROOM, 'tokens', (returned - calls) * TOKEN)
end

-- A ticket's order of arrival, and whether it was claimed.
local function holding_of(tickets, shopper)
  local ticket = tonumber(redis.call('HGET', tickets, shopper) or '-1')
  if ticket < 0 then
    return nil, false
  end
  return math.floor(ticket / 2), ticket % 2 == 1
end

local function ticket_of(index, claimed)
  return string.format('%d', index * 2 + (claimed and 1 or 0))
end

