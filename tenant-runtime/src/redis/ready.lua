-- Held -> Ready: the payment is announced, and its reference is kept before anybody sees the redirect.
--
-- KEYS  1 order
-- ARGV  1 reference of the payment   2 the announced payment, JSON
-- returns {'moved'} | {'already', announced JSON} | {'late'} | {'refused', state}
local state = redis.call('HGET', KEYS[1], 'state') or ''
if state == 'ready' then
  return {'already', redis.call('HGET', KEYS[1], 'announced')}
end
if state ~= 'held' then
  return {'refused', state}
end
if now_ms() >= number_of(KEYS[1], 'until') then
  return {'late'}
end
redis.call('HSET', KEYS[1], 'state', 'ready', 'ref', ARGV[1], 'announced', ARGV[2])
return {'moved'}
