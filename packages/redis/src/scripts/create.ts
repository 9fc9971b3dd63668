import { announce, clock, receipts, record, save } from './parts.js'
import { type Script, script } from './script.js'

/**
 * Creates a session, deletes the subject's expired sessions, and ends the replaced session. If the subject then has too
 * many sessions, it ends the least recently used ones.
 *
 * KEYS  1 {prefix:b}:s:<subjectHash>           hash of the subject's sessions
 *       2 {prefix:b}:feed              revocations
 *       3 {prefix:b}:window            seconds that revocations are kept
 *       4 {prefix:b}:receipt:<call>    the reply to this command, if it has run before and ended something
 * ARGV  1 call  2 sid  3 subjectHash  4 data  5 idleTimeout (seconds)  6 lifetime (seconds)  7 perSubject
 *       8 keepFor (seconds)  9 sid to replace or ''  10 deadline (milliseconds)  11 unused
 * Returns {call, 'late', now}, or {call, 'created', now, record, 'replaced' or 'kept', evicted sid ...}.
 *         It is 'replaced' when the session to replace was alive
 */
export const create: Script = script(
  clock,
  record,
  save,
  announce,
  receipts,
  `
local sessions, feed, window, receipt = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local sid, subjectHash, data, timeout, lifetime = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
local perSubject, keepFor, replaced, deadline = tonumber(ARGV[7]), tonumber(ARGV[8]), ARGV[9], tonumber(ARGV[10])

if now >= deadline then return reply('late') end
local own, hasReplaced
local others, expired = {}, {}
local entries = redis.call('HGETALL', sessions)
for index = 1, #entries, 2 do
  local session = read(entries[index + 1])
  if not session then return redis.error_reply(malformed) end
  session.sid = entries[index]
  if session.sid == sid then
    own = live(session) and session
  elseif not live(session) then
    expired[#expired + 1] = session.sid
  elseif session.sid == replaced then
    hasReplaced = true
  else
    others[#others + 1] = session
  end
end
local before = own and remembered(receipt)
if before then return before end
if not own then
  own = { newest = 0, parent = -1, first = 0, recover = 0, used = 0, created = now }
  own.lifetime, own.timeout, own.data = lifetime, timeout, data
  if not fits(own) then return redis.error_reply(exceeding) end
  own.isNew = true
  -- The command may have been sent again after the session was ended: the session must not come back.
  local member = subjectHash .. '|' .. sid
  if redis.call('ZSCORE', feed, member) or redis.call('ZSCORE', feed, member .. '|evicted') then
    return redis.error_reply(announced)
  end
end
local replaces, excess = replaced ~= '' and replaced ~= sid, #others + 1 - perSubject
local opened
if replaces or excess > 0 then
  opened = open(feed, window, keepFor)
  if not opened then return redis.error_reply(malformedFeed) end
end

local text = own.isNew and save(sessions, sid, own) or write(own)
local answer = reply('created', text, hasReplaced and 'replaced' or 'kept')
if replaces then
  announce(opened, subjectHash .. '|' .. replaced, hasReplaced)
  redis.call('HDEL', sessions, replaced)
end
local function usedAt(session) return session.created + session.used end
table.sort(others, function(one, other) return usedAt(one) < usedAt(other) end)
for index = 1, excess do
  local evicted = others[index].sid
  announce(opened, subjectHash .. '|' .. evicted .. '|evicted', true)
  redis.call('HDEL', sessions, evicted)
  answer[#answer + 1] = evicted
end
for _, each in ipairs(expired) do redis.call('HDEL', sessions, each) end
return (hasReplaced or excess > 0) and remember(receipt, deadline, answer) or answer
`,
)
