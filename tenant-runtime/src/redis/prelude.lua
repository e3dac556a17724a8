-- Part of every step: the one clock that all pods share.
local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- A field of a hash as a number; 0 where it is not set.
local function number_of(key, field)
  return tonumber(redis.call('HGET', key, field) or '0')
end

