-- Applies settings, unless these or newer ones are in force already. Stock is raised and lowered
-- relative to what was applied before, and never below what is held and sold.
--
-- KEYS  1 settings   2.. stock of each product
-- ARGV  1 generation   2 paused (0|1)   3 admissions a second   4 places inside
--       5 all settings as JSON   6 closed before its time (0|1)   7.. pieces of each product, in the order of KEYS
-- returns the settings in force, as JSON
local current = redis.call('HGET', KEYS[1], 'generation')
if current and tonumber(current) >= tonumber(ARGV[1]) then
  return redis.call('HGET', KEYS[1], 'json')
end
for product = 2, #KEYS do
  local total = tonumber(ARGV[product + 5])
  local held = number_of(KEYS[product], 'held')
  local sold = number_of(KEYS[product], 'sold')
  local left = math.max(0, total - held - sold)
  redis.call('HSET', KEYS[product], 'total', held + sold + left, 'left', left, 'held', held, 'sold', sold)
end
redis.call('HSET', KEYS[1], 'generation', ARGV[1], 'paused', ARGV[2], 'per_second', ARGV[3],
  'inside_max', ARGV[4], 'json', ARGV[5])
if ARGV[6] == '1' then
  redis.call('HSET', KEYS[1], 'closed', 1)
end
return ARGV[5]
