-- How many pieces are left of each product.
--
-- KEYS  stock of each product
-- returns the pieces left, in the order of KEYS
local left = {}
for product = 1, #KEYS do
  left[product] = number_of(KEYS[product], 'left')
end
return left
