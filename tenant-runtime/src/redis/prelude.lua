-- Part of every step: the one clock that all pods share; its rule is that of tenant-runtime-core's `clock`.
--
-- KEYS  the last: clock
-- ARGV  the last: what the caller takes the deal's time for (ms)
-- Both are gone from KEYS and ARGV when the step itself begins.
local CLOCK, RECKONED = table.remove(KEYS), tonumber(table.remove(ARGV))
local STEP_MS_MAX = 5000

-- The deal's time: Redis' own clock without its jumps.
local function now_ms()
  local time = redis.call('TIME')
  local by_redis = time[1] * 1000 + math.floor(time[2] / 1000)
  local now = by_redis
  local known = redis.call('GET', CLOCK)
  if known then
    local redis_ms, deal_ms = string.match(known, '^(%d+) (%d+)$')
    local step = by_redis - redis_ms
    now = deal_ms + step
    if step < 0 or step > STEP_MS_MAX then
      now = math.max(tonumber(deal_ms), math.min(now, RECKONED))
    end
  end
  redis.call('SET', CLOCK, string.format('%d %d', by_redis, now))
  return now
end

-- A field of a hash as a number; 0 where it is not set.
local function number_of(key, field)
  return tonumber(redis.call('HGET', key, field) or '0')
end


-- The state of an order, and nothing where there is none. What became of it is in a hash of its own: one
-- that does not exist yet is that of an order which is only held.
local function state_of(orders, order, id)
  return redis.call('HGET', order, 'state') or (redis.call('HEXISTS', orders, id) == 1 and 'held' or '')
end
