-- Keeps pieces for new orders, one wish after the other: for each, stock, the shopper's limit, the
-- idempotency key and the order in one. Repeating a wish with the same key gives the same order and
-- changes nothing.
--
-- KEYS  1 settings   2 sealed   3 passes   4 due   5 books   6 buyers   7 orders
--       8.. stock of each product that is wished for
-- ARGV  1 opens (ms)   2 closes (ms)   3 life of a hold (ms)
--       4 most orders per shopper, whatever became of them
--       5.. for each product: product (16 bytes), most pieces per shopper
--       then for each wish: shopper (16 bytes), entry of the purchases, facts of the order (JSON)
-- returns 'created (ms) until (ms)', and then for each wish 'held' | 'repeated ' and the order (16 bytes)
--       | 'reused' | 'sealed' | 'closed' | 'not_open' | 'outside' | 'orders' | 'unknown' | 'limit'
--       | 'short ' and the pieces left | 'failed ' and why
local FIRST_STOCK, FIRST_PRODUCT, PRODUCT_ARGS, WISH_ARGS = 8, 5, 2, 3
local FIRST_WISH = FIRST_PRODUCT + (#KEYS - FIRST_STOCK + 1) * PRODUCT_ARGS
local PASSES, DUE, BOOKS, BUYERS, ORDERS = KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local opens, closes, life, orders_max = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local now = now_ms()
local ends = string.format('%d', now + life)
local stamp = string.format('%d %s', now, ends)

-- Why nobody can hold anything now, or nothing.
local shut
if redis.call('EXISTS', KEYS[2]) == 1 then
  shut = 'sealed'
elseif now >= closes or redis.call('HGET', KEYS[1], 'closed') == '1' then
  shut = 'closed'
elseif now < opens then
  shut = 'not_open'
end

-- What there is of a product, and the most that a shopper may have of it; or what is wrong with it.
local function shelf_of(stock, most)
  local found = redis.pcall('HMGET', stock, 'left', 'held')
  if found.err then
    return {fault = 'failed ' .. found.err}
  end
  if not found[1] then
    return {fault = 'unknown'}
  end
  local left, held = tonumber(found[1]), tonumber(found[2])
  if not left or not held then
    return {fault = 'failed what ' .. stock .. ' has left and held are no numbers'}
  end
  return {stock = stock, most = most, left = left, held = held}
end

-- All that the wishes need is read before the first of them, and written after the last: whoever asks
-- Redis for less gets more from its one thread. So nothing can go wrong between two things written.
local shelves = {}
for key = FIRST_STOCK, #KEYS do
  local arg = FIRST_PRODUCT + (key - FIRST_STOCK) * PRODUCT_ARGS
  shelves[ARGV[arg]] = shelf_of(KEYS[key], tonumber(ARGV[arg + 1]))
end
local shoppers = {}
for arg = FIRST_WISH, #ARGV, WISH_ARGS do
  shoppers[#shoppers + 1] = ARGV[arg]
end
local passes = redis.call('ZMSCORE', PASSES, unpack(shoppers))
local bought = redis.call('HMGET', BUYERS, unpack(shoppers))
-- Shopper -> purchases, of those to whom this call gives something.
local buying = {}

-- What becomes of a wish. It is taken from the shelf, and the shopper's purchases, where that is 'held'.
local function judge(wish, shopper, purchase)
  local purchases, product = buying[shopper] or bought[wish] or '', id_of(purchase, 1, PRODUCT)
  local pieces, already = pieces_of(purchase, 1), 0
  if #purchases % PURCHASE ~= 0 then
    return 'failed what the shopper has is no list of purchases'
  end
  if purchases ~= '' then
    local earlier = entry_with(purchases, REQUEST, id_of(purchase, 1, REQUEST))
    if earlier then
      local is_same = id_of(purchases, earlier, FINGERPRINT) == id_of(purchase, 1, FINGERPRINT)
      return is_same and 'repeated ' .. id_of(purchases, earlier, ORDER) or 'reused'
    end
    for at = 1, #purchases, PURCHASE do
      if id_of(purchases, at, PRODUCT) == product then
        already = already + pieces_of(purchases, at)
      end
    end
  end
  if shut then
    return shut
  end
  local pass = passes[wish]
  if not pass or tonumber(pass) <= now then
    return 'outside'
  end
  if #purchases >= orders_max * PURCHASE then
    return 'orders'
  end
  local shelf = shelves[product]
  if shelf.fault then
    return shelf.fault
  end
  if already + pieces > shelf.most then
    return 'limit'
  end
  if shelf.left < pieces then
    return string.format('short %d', shelf.left)
  end
  shelf.left, shelf.held, shelf.changed = shelf.left - pieces, shelf.held + pieces, true
  buying[shopper] = purchases .. purchase
  return 'held'
end

local answers, made, due = {stamp}, {}, {}
for wish, shopper in ipairs(shoppers) do
  local arg = FIRST_WISH + (wish - 1) * WISH_ARGS
  local purchase = ARGV[arg + 1]
  local answer = judge(wish, shopper, purchase)
  if answer == 'held' then
    local order, at = id_of(purchase, 1, ORDER), #made
    made[at + 1], made[at + 2] = order, stamp .. ' ' .. ARGV[arg + 2]
    due[at + 1], due[at + 2] = ends, order
  end
  answers[wish + 1] = answer
end

if #made > 0 then
  local buyers = {}
  for shopper, purchases in pairs(buying) do
    local at = #buyers
    buyers[at + 1], buyers[at + 2] = shopper, purchases
  end
  redis.call('HSET', BUYERS, unpack(buyers))
  redis.call('HSET', ORDERS, unpack(made))
  redis.call('ZADD', DUE, unpack(due))
  redis.call('HINCRBY', BOOKS, 'open_holds', #made / 2)
  for _, shelf in pairs(shelves) do
    if shelf.changed then
      redis.call('HSET', shelf.stock, 'left', shelf.left, 'held', shelf.held)
    end
  end
end
return answers
