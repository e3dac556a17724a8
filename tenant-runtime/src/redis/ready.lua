-- Held -> Ready: the payment is announced, and its reference is kept before anybody sees the redirect.
--
-- KEYS  1 what became of the order   2 orders
-- ARGV  1 order (16 bytes)   2 reference of the payment   3 the announced payment, JSON
-- returns {'moved'} | {'already', announced JSON} | {'late'} | {'refused', state}
local state = state_of(KEYS[2], KEYS[1], ARGV[1])
if state == 'ready' then
  return {'already', redis.call('HGET', KEYS[1], 'announced')}
end
if state ~= 'held' then
  return {'refused', state}
end
local ends = string.match(redis.call('HGET', KEYS[2], ARGV[1]), '^%d+ (%d+) ')
if now_ms() >= tonumber(ends) then
  return {'late'}
end
redis.call('HSET', KEYS[1], 'state', 'ready', 'ref', ARGV[2], 'announced', ARGV[3], 'until', ends)
return {'moved'}
