-- Ready -> Approving, for orders that come back from the gateway together. Whoever gets 'moved', and nobody
-- else, may ask the gateway for the money.
--
-- KEYS  1 due   2.. the orders
-- ARGV  1 when recovery looks (ms from now)
--       2.. for each order: its id, what the shopper brought back from the gateway
-- returns for each {'moved'} | {'late'} | {the order's state} | {'failed', why}
local FIRST_KEY, ORDER_KEYS, FIRST_ARG, ORDER_ARGS = 2, 1, 2, 2
local DUE, looks = KEYS[1], tonumber(ARGV[1])
local now = now_ms()
local now_text, looks_text = string.format('%d', now), string.format('%d', now + looks)

local due = {}
local answers = each(FIRST_KEY, ORDER_KEYS, FIRST_ARG, ORDER_ARGS, function(key, arg)
  local order = KEYS[key]
  local found = redis.call('HMGET', order, 'state', 'until')
  local state = found[1] or ''
  if state ~= 'ready' then
    return {state}
  end
  if now >= tonumber(found[2]) then
    return {'late'}
  end
  redis.call('HSET', order, 'state', 'approving', 'proof', ARGV[arg + 1], 'since', now_text)
  due[#due + 1] = looks_text
  due[#due + 1] = ARGV[arg]
  return {'moved'}
end)
if #due > 0 then
  redis.call('ZADD', DUE, unpack(due))
end
return answers
