-- Part of the steps that many share: takes the wishes of one call, one after the other. Each has an answer
-- of its own, and one that fails spoils no other: {'failed', why}.
--
-- Each wish has so many keys from `first_key` on and so many arguments from `first_arg` on; `take` is given
-- where its own begin.
local function each(first_key, keys, first_arg, args, take)
  local answers = {}
  for key = first_key, #KEYS, keys do
    local ok, answer = pcall(take, key, first_arg + #answers * args)
    if not ok then
      answer = {'failed', tostring(type(answer) == 'table' and answer.err or answer)}
    end
    answers[#answers + 1] = answer
  end
  return answers
end

