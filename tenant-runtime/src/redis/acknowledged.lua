-- The ledger has all events up to a number: they are dropped, and the chain up to there is kept.
--
-- KEYS  1 books   2 events
-- ARGV  1 number of events   2 digest of the chain over them
-- returns 1 where this was news, otherwise 0
local count = tonumber(ARGV[1])
if count <= number_of(KEYS[1], 'exported') or count > number_of(KEYS[1], 'sequence') then
  return 0
end
redis.call('HSET', KEYS[1], 'exported', ARGV[1], 'digest', ARGV[2])
redis.call('XTRIM', KEYS[2], 'MINID', (count + 1) .. '-0')
return 1
