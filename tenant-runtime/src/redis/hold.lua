-- Keeps pieces for new orders, one wish after the other: for each, stock, the shopper's limit, the
-- idempotency key and the order in one. Repeating a wish with the same key gives the same order and
-- changes nothing.
--
-- KEYS  1 settings   2 sealed   3 passes   4 due   5 books
--       6.. for each wish: stock of the product, buyer, order
-- ARGV  1 opens (ms)   2 closes (ms)   3 life of a hold (ms)
--       4 most orders per shopper, whatever became of them
--       5.. for each wish: pieces, most per shopper, idempotency key, fingerprint of the request, order,
--       product, shopper as in passes, shopper, amount, facts of the order (JSON)
-- returns for each wish {'held', created (ms), until (ms)} | {'repeated', order} | {'reused'} | {'sealed'}
--       | {'closed'} | {'not_open'} | {'outside'} | {'orders'} | {'unknown'} | {'limit'} | {'short', pieces left}
--       | {'failed', why}
local FIRST_KEY, WISH_KEYS, FIRST_ARG, WISH_ARGS = 6, 3, 5, 10
local PASSES, DUE, BOOKS = KEYS[3], KEYS[4], KEYS[5]
local opens, closes, life, orders_max = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local now = now_ms()

-- Why nobody can hold anything now, or nothing.
local shut
if redis.call('EXISTS', KEYS[2]) == 1 then
  shut = 'sealed'
elseif now >= closes or redis.call('HGET', KEYS[1], 'closed') == '1' then
  shut = 'closed'
elseif now < opens then
  shut = 'not_open'
end

-- Whatever can be wrong with a wish shows while it is read, before anything is written.
return each(FIRST_KEY, WISH_KEYS, FIRST_ARG, WISH_ARGS, function(key, arg)
  local stock, buyer, order_key = KEYS[key], KEYS[key + 1], KEYS[key + 2]
  local pieces, per_shopper_max = tonumber(ARGV[arg]), tonumber(ARGV[arg + 1])
  local fingerprint, order, product = ARGV[arg + 3], ARGV[arg + 4], ARGV[arg + 5]
  local request, limit = 'r:' .. ARGV[arg + 2], 'p:' .. product
  local had = redis.call('HMGET', buyer, request, 'orders', limit)
  if had[1] then
    local earlier, as = string.match(had[1], '^(%S+) (%S+)$')
    return as == fingerprint and {'repeated', earlier} or {'reused'}
  end
  if shut then
    return {shut}
  end
  local pass = redis.call('ZSCORE', PASSES, ARGV[arg + 6])
  if not pass or tonumber(pass) <= now then
    return {'outside'}
  end
  local orders, bought = tonumber(had[2] or '0'), tonumber(had[3] or '0')
  if orders >= orders_max then
    return {'orders'}
  end
  local shelf = redis.call('HMGET', stock, 'left', 'held')
  if not shelf[1] then
    return {'unknown'}
  end
  local left, held = tonumber(shelf[1]), tonumber(shelf[2])
  if bought + pieces > per_shopper_max then
    return {'limit'}
  end
  if left < pieces then
    return {'short', shelf[1]}
  end
  local ends = now + life
  redis.call('HSET', stock, 'left', left - pieces, 'held', held + pieces)
  redis.call('HSET', buyer, limit, bought + pieces, 'orders', orders + 1, request, order .. ' ' .. fingerprint)
  redis.call('HSET', order_key, 'state', 'held', 'shopper', ARGV[arg + 7], 'product', product, 'quantity', pieces,
    'amount', ARGV[arg + 8], 'facts', ARGV[arg + 9], 'created', now, 'until', ends)
  redis.call('ZADD', DUE, ends, order)
  redis.call('HINCRBY', BOOKS, 'open_holds', 1)
  return {'held', string.format('%d', now), string.format('%d', ends)}
end)
