import { clock, publish, record, save } from './parts.js'
import { type Script, script } from './script.js'

/**
 * Presents a generation of a session: the rule of rotation, in one step.
 *
 * KEYS  1 {prefix:b}:s:<tag>  hash of the subject's sessions
 *       2 {prefix:b}:feed     revocations
 *       3 {prefix:b}:window   seconds that revocations are kept
 * ARGV  1 sid  2 tag  3 generation  4 recovery (seconds)  5 publishFor (seconds)  6 notAfter (milliseconds)
 * Returns {'late', now}, {'unknown', now}, or {outcome, now, record} with 'rotated', 'reissued', 'healed', 'reused'
 */
export const rotate: Script = script(
  clock,
  record,
  save,
  publish,
  `
local sessions, feed, window = KEYS[1], KEYS[2], KEYS[3]
local sid, tag, presented = ARGV[1], ARGV[2], tonumber(ARGV[3])
local recovery, publishFor, notAfter = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])

if now >= notAfter then return { 'late', digits(now) } end
local text = redis.call('HGET', sessions, sid)
if not text then return { 'unknown', digits(now) } end
local session = read(text)
if not session then return malformed end
if not live(session) then return { 'unknown', digits(now) } end

local outcome
local age = now - session.created
local function successor(newest) return math.max(newest + 1, age) end
if presented >= session.first then
  outcome = presented > session.newest and 'healed' or 'rotated'
  session.newest = successor(math.max(session.newest, presented))
  session.first = session.newest
  session.parent = presented
  session.recover = age + recovery * 1000
  session.used = age
elseif presented == session.parent and age < session.recover then
  outcome = 'reissued'
  session.newest = successor(session.newest)
else
  publish(open(feed, window, publishFor), tag .. '|' .. sid)
  redis.call('HDEL', sessions, sid)
  return { 'reused', digits(now), text }
end
save(sessions, sid, session)
return { outcome, digits(now), write(session) }
`,
)
