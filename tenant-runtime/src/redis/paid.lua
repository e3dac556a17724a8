-- Approving (or Ready, where a look-up found the money) -> Paid, with the event for the ledger, for orders
-- whose money was taken at the same time. Money that turns up for a released order is noted, and recovery
-- gives it back.
--
-- KEYS  1 due   2 books   3 events   4 orders
--       5.. for each order: what became of it, stock of its product
-- ARGV  1.. for each order: its id (16 bytes), pieces, amount, receipt (JSON), event
-- returns for each {'moved'} | {'stray'} | {the order's state} | {'failed', why}
local FIRST_KEY, ORDER_KEYS, FIRST_ARG, ORDER_ARGS = 5, 2, 1, 5
local DUE, BOOKS, EVENTS, ORDERS = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local now = now_ms()

-- What the orders share is written once, after the last of them.
local sequence = number_of(BOOKS, 'sequence')
local paid, gross, sold, sold_of, done = 0, 0, 0, {}, {}

-- Whatever can be wrong with an order shows while it is read, before anything is written.
local answers = each(FIRST_KEY, ORDER_KEYS, FIRST_ARG, ORDER_ARGS, function(key, arg)
  local order, stock = KEYS[key], KEYS[key + 1]
  local state = state_of(ORDERS, order, ARGV[arg])
  if state == 'released' then
    if redis.call('HSETNX', order, 'stray', 1) == 1 then
      redis.call('HINCRBY', BOOKS, 'open_refunds', 1)
    end
    redis.call('ZADD', DUE, now, ARGV[arg])
    return {'stray'}
  end
  if state ~= 'approving' and state ~= 'ready' then
    return {state}
  end
  local pieces, amount = tonumber(ARGV[arg + 1]), tonumber(ARGV[arg + 2])
  redis.call('XADD', EVENTS, (sequence + 1) .. '-0', 'e', ARGV[arg + 4])
  sequence = sequence + 1
  -- What is of no use any more is emptied on the way, which costs less than a call to remove it.
  redis.call('HSET', order, 'state', 'paid', 'receipt', ARGV[arg + 3], 'proof', '', 'since', '', 'announced', '')
  paid, gross, sold = paid + 1, gross + amount, sold + pieces
  sold_of[stock] = (sold_of[stock] or 0) + pieces
  done[paid] = ARGV[arg]
  return {'moved'}
end)

if paid > 0 then
  for stock, pieces in pairs(sold_of) do
    redis.call('HINCRBY', stock, 'held', 0 - pieces)
    redis.call('HINCRBY', stock, 'sold', pieces)
  end
  redis.call('ZREM', DUE, unpack(done))
  redis.call('HINCRBY', BOOKS, 'open_holds', 0 - paid)
  redis.call('HINCRBY', BOOKS, 'sold', sold)
  redis.call('HINCRBY', BOOKS, 'gross', string.format('%d', gross))
  redis.call('HSET', BOOKS, 'sequence', sequence)
end
return answers
