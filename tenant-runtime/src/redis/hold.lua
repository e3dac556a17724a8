-- Keeps pieces for a new order: stock, the shopper's limit, the idempotency key and the order in one.
-- Repeating it with the same key gives the same order and changes nothing.
--
-- KEYS  1 settings   2 sealed   3 stock of the product   4 buyer   5 passes   6 order   7 due   8 books
-- ARGV  1 opens (ms)   2 closes (ms)   3 life of a hold (ms)   4 pieces   5 most per shopper
--       6 idempotency key   7 fingerprint of the request   8 order   9 product
--       10 shopper as in passes   11 shopper   12 amount   13 facts of the order, JSON
--       14 most orders per shopper, whatever became of them
-- returns {'held', order, created (ms), until (ms)} | {'repeated', order} | {'reused'} | {'sealed'}
--       | {'closed'} | {'not_open'} | {'outside'} | {'orders'} | {'unknown'} | {'limit'} | {'short', pieces left}
local request = 'r:' .. ARGV[6]
local earlier = redis.call('HGET', KEYS[4], request)
if earlier then
  local order, fingerprint = string.match(earlier, '^(%S+) (%S+)$')
  if fingerprint ~= ARGV[7] then
    return {'reused'}
  end
  return {'repeated', order}
end
local now = now_ms()
if redis.call('EXISTS', KEYS[2]) == 1 then
  return {'sealed'}
end
if now >= tonumber(ARGV[2]) or redis.call('HGET', KEYS[1], 'closed') == '1' then
  return {'closed'}
end
if now < tonumber(ARGV[1]) then
  return {'not_open'}
end
local pass = redis.call('ZSCORE', KEYS[5], ARGV[10])
if not pass or tonumber(pass) <= now then
  return {'outside'}
end
if number_of(KEYS[4], 'orders') >= tonumber(ARGV[14]) then
  return {'orders'}
end
local left = tonumber(redis.call('HGET', KEYS[3], 'left') or '-1')
if left < 0 then
  return {'unknown'}
end
local pieces = tonumber(ARGV[4])
local product = 'p:' .. ARGV[9]
if number_of(KEYS[4], product) + pieces > tonumber(ARGV[5]) then
  return {'limit'}
end
if left < pieces then
  return {'short', tostring(left)}
end
local ends = now + tonumber(ARGV[3])
redis.call('HINCRBY', KEYS[3], 'left', -pieces)
redis.call('HINCRBY', KEYS[3], 'held', pieces)
redis.call('HINCRBY', KEYS[4], product, pieces)
redis.call('HINCRBY', KEYS[4], 'orders', 1)
redis.call('HSET', KEYS[4], request, ARGV[8] .. ' ' .. ARGV[7])
redis.call('HSET', KEYS[6], 'state', 'held', 'shopper', ARGV[11], 'product', ARGV[9], 'quantity', pieces,
  'amount', ARGV[12], 'facts', ARGV[13], 'created', now, 'until', ends)
redis.call('ZADD', KEYS[7], ends, ARGV[8])
redis.call('HINCRBY', KEYS[8], 'open_holds', 1)
return {'held', ARGV[8], string.format('%d', now), string.format('%d', ends)}
