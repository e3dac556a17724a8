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
local ends = now + life
-- Written so once, and not by Redis for each wish.
local now_text, ends_text = string.format('%d', now), string.format('%d', ends)

-- Why nobody can hold anything now, or nothing.
local shut
if redis.call('EXISTS', KEYS[2]) == 1 then
  shut = 'sealed'
elseif now >= closes or redis.call('HGET', KEYS[1], 'closed') == '1' then
  shut = 'closed'
elseif now < opens then
  shut = 'not_open'
end

-- What the wishes share is read once and written once, after the last of them: whoever asks Redis for
-- less gets more from its one thread.
local shoppers = {}
for arg = FIRST_ARG, #ARGV, WISH_ARGS do
  shoppers[#shoppers + 1] = ARGV[arg + 6]
end
local passes = redis.call('ZMSCORE', PASSES, unpack(shoppers))
local shelves, due = {}, {}

-- What is left of a product and held of it, after the wishes so far; nothing where there is no such product.
local function shelf_of(stock)
  local shelf = shelves[stock]
  if not shelf then
    local found = redis.call('HMGET', stock, 'left', 'held')
    if not found[1] then
      return nil
    end
    shelf = {left = tonumber(found[1]), held = tonumber(found[2])}
    shelves[stock] = shelf
  end
  return shelf
end

-- Whatever can be wrong with a wish shows while it is read, before anything is written.
local answers = each(FIRST_KEY, WISH_KEYS, FIRST_ARG, WISH_ARGS, function(key, arg)
  local buyer, order = KEYS[key + 1], ARGV[arg + 4]
  local pieces, fingerprint, product = tonumber(ARGV[arg]), ARGV[arg + 3], ARGV[arg + 5]
  local request, limit = 'r:' .. ARGV[arg + 2], 'p:' .. product
  local had = redis.call('HMGET', buyer, request, 'orders', limit)
  if had[1] then
    local earlier, as = string.match(had[1], '^(%S+) (%S+)$')
    return as == fingerprint and {'repeated', earlier} or {'reused'}
  end
  if shut then
    return {shut}
  end
  local pass = passes[(arg - FIRST_ARG) / WISH_ARGS + 1]
  if not pass or tonumber(pass) <= now then
    return {'outside'}
  end
  local orders, bought = tonumber(had[2] or '0'), tonumber(had[3] or '0')
  if orders >= orders_max then
    return {'orders'}
  end
  local shelf = shelf_of(KEYS[key])
  if not shelf then
    return {'unknown'}
  end
  if bought + pieces > tonumber(ARGV[arg + 1]) then
    return {'limit'}
  end
  if shelf.left < pieces then
    return {'short', string.format('%d', shelf.left)}
  end
  redis.call('HSET', buyer, limit, bought + pieces, 'orders', orders + 1, request, order .. ' ' .. fingerprint)
  redis.call('HSET', KEYS[key + 2], 'state', 'held', 'shopper', ARGV[arg + 7], 'product', product,
    'quantity', ARGV[arg], 'amount', ARGV[arg + 8], 'facts', ARGV[arg + 9], 'created', now_text, 'until', ends_text)
  shelf.left, shelf.held, shelf.changed = shelf.left - pieces, shelf.held + pieces, true
  due[#due + 1] = ends_text
  due[#due + 1] = order
  return {'held', now_text, ends_text}
end)

for stock, shelf in pairs(shelves) do
  if shelf.changed then
    redis.call('HSET', stock, 'left', shelf.left, 'held', shelf.held)
  end
end
if #due > 0 then
  redis.call('ZADD', DUE, unpack(due))
  redis.call('HINCRBY', BOOKS, 'open_holds', #due / 2)
end
return answers
