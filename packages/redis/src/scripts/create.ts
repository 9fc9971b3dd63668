import { clock, publish, record, save } from './parts.js'
import { type Script, script } from './script.js'

/**
 * Creates a session, drops the subject's expired ones, ends the one replaced and the oldest beyond the limit.
 *
 * KEYS  1 {prefix:b}:s:<tag>  hash of the subject's sessions
 *       2 {prefix:b}:feed     revocations
 *       3 {prefix:b}:window   seconds that revocations are kept
 * ARGV  1 sid  2 tag  3 data  4 idleTimeout (seconds)  5 lifetime (seconds)  6 perSubject  7 publishFor (seconds)
 *       8 sid to replace or ''  9 notAfter (milliseconds)
 * Returns {'late', now} or {'created', now, record, evicted sid ...}
 */
export const create: Script = script(
  clock,
  record,
  save,
  publish,
  `
local sessions, feed, window = KEYS[1], KEYS[2], KEYS[3]
local sid, tag, data, timeout, lifetime = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local perSubject, publishFor, replaced, notAfter = tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8], tonumber(ARGV[9])

if now >= notAfter then return { 'late', digits(now) } end
local own
local others, expired = {}, {}
local entries = redis.call('HGETALL', sessions)
for index = 1, #entries, 2 do
  local session = read(entries[index + 1])
  if not session then return malformed end
  session.sid = entries[index]
  if session.sid == sid then
    own = live(session) and session
  elseif not live(session) then
    expired[#expired + 1] = session.sid
  elseif session.sid ~= replaced then
    others[#others + 1] = session
  end
end
local replaces, excess = replaced ~= '' and replaced ~= sid, #others + 1 - perSubject
local opened = (replaces or excess > 0) and open(feed, window, publishFor)

if not own then
  own = { newest = 0, parent = -1, first = 0, recover = 0, used = 0, created = now }
  own.lifetime, own.timeout, own.data = lifetime, timeout, data
  save(sessions, sid, own)
end
local answer = { 'created', digits(now), write(own) }
if replaces then
  publish(opened, tag .. '|' .. replaced)
  redis.call('HDEL', sessions, replaced)
end
local function usedAt(session) return session.created + session.used end
table.sort(others, function(one, other) return usedAt(one) < usedAt(other) end)
for index = 1, excess do
  local evicted = others[index].sid
  publish(opened, tag .. '|' .. evicted)
  redis.call('HDEL', sessions, evicted)
  answer[#answer + 1] = evicted
end
for _, each in ipairs(expired) do redis.call('HDEL', sessions, each) end
return answer
`,
)
