-- Makes the books final, unless something is still open: nothing can begin any more.
--
-- KEYS  1 sealed   2 books
-- returns 1 where the deal is sealed, 0 where a hold or a refund is open
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 1
end
if number_of(KEYS[2], 'open_holds') > 0 or number_of(KEYS[2], 'open_refunds') > 0 then
  return 0
end
redis.call('SET', KEYS[1], now_ms())
return 1
