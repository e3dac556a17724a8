-- Part of the steps that change what a shopper has: the shopper's purchases, one entry behind the other.
--
-- An entry, most significant bytes first; its order never changes, only its pieces do:
--    1  digest of the request's idempotency key (16 bytes)   17  fingerprint of the request (16)
--   33  order (16)   49  product (16)   65  pieces held or paid for (4)
local PURCHASE = 68
local REQUEST, FINGERPRINT, ORDER, PRODUCT, PIECES = 0, 16, 32, 48, 64

-- One of the ids of the entry that begins at `at`.
local function id_of(purchases, at, id)
  return string.sub(purchases, at + id, at + id + 15)
end

-- Where the entry begins that has this id, or nothing.
local function entry_with(purchases, id, value)
  local found = string.find(purchases, value, 1, true)
  -- The bytes of an id may also be found across others.
  while found and (found - 1 - id) % PURCHASE ~= 0 do
    found = string.find(purchases, value, found + 1, true)
  end
  return found and found - id
end

local function pieces_of(purchases, at)
  local a, b, c, d = string.byte(purchases, at + PIECES, at + PIECES + 3)
  return ((a * 256 + b) * 256 + c) * 256 + d
end

-- The pieces of an order that is gone: the shopper may buy others in their place.
local function give_back(buyers, shopper, order)
  local purchases = redis.call('HGET', buyers, shopper) or ''
  local at = entry_with(purchases, ORDER, order)
  if at then
    local before, behind = string.sub(purchases, 1, at + PIECES - 1), string.sub(purchases, at + PURCHASE)
    redis.call('HSET', buyers, shopper, before .. '\0\0\0\0' .. behind)
  end
end

