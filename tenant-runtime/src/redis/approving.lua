-- Ready -> Approving, for orders that come back from the gateway together. Whoever gets 'moved', and nobody
-- else, may ask the gateway for the money.
--
-- KEYS  1 due   2 orders   3.. for each order: what became of it
-- ARGV  1 when recovery looks (ms from now)
--       2.. for each order: its id (16 bytes), what the shopper brought back from the gateway
-- returns for each {'moved'} | {'late'} | {the order's state} | {'failed', why}
local FIRST_KEY, ORDER_KEYS, FIRST_ARG, ORDER_ARGS = 3, 1, 2, 2
local DUE, ORDERS, looks = KEYS[1], KEYS[2], tonumber(ARGV[1])
local now = now_ms()
local now_text, looks_text = string.format('%d', now), string.format('%d', now + looks)

local due = {}
local answers = each(FIRST_KEY, ORDER_KEYS, FIRST_ARG, ORDER_ARGS, function(key, arg)
  local order = KEYS[key]
  local found = redis.call('HMGET', order, 'state', 'until')
  if found[1] ~= 'ready' then
    return {found[1] or state_of(ORDERS, order, ARGV[arg])}
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
