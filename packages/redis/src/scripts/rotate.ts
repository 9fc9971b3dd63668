import { announce, clock, receipts, record, save } from './parts.js'
import { type Script, script } from './script.js'

/**
 * Presents a generation of a session, and carries out the rotation rule in one step.
 *
 * The new generation follows the time at which the caller asked, not the time at which the script runs. A Cluster
 * client may send a command to a frozen primary and again to the new one. If the old primary runs its copy later, both
 * replies have the same generation. Otherwise the token that the user got from the new primary would look like a reuse.
 *
 * KEYS  1 {prefix:b}:s:<subjectHash>           hash of the subject's sessions
 *       2 {prefix:b}:feed              revocations
 *       3 {prefix:b}:window            seconds that revocations are kept
 *       4 {prefix:b}:receipt:<call>    the reply to this command, if it has run before and ended the session
 * ARGV  1 call  2 sid  3 subjectHash  4 generation  5 recovery (seconds)  6 keepFor (seconds)
 *       7 deadline (milliseconds)  8 when this was asked for (milliseconds, by the server's clock)
 * Returns {call, 'late', now}, {call, 'unknown', now}, or {call, outcome, now, record} with 'rotated', 'reissued',
 *         'healed', 'reused'
 */
export const rotate: Script = script(
  clock,
  record,
  save,
  receipts,
  `
local sessions, feed, window, receipt = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local sid, subjectHash, presented = ARGV[2], ARGV[3], tonumber(ARGV[4])
local recovery, keepFor, deadline, askedAt = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])

if now >= deadline then return reply('late') end
local text = redis.call('HGET', sessions, sid)
if not text then return remembered(receipt) or reply('unknown') end
local session = read(text)
if not session then return redis.error_reply(malformed) end
if not live(session) then return reply('unknown') end

local outcome
local age = now - session.created
local asked = math.min(now, askedAt) - session.created
local function successor(newest) return math.max(newest + 1, asked) end
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
elseif asked < session.used then
  -- The refresh was asked for before the last rotation, which overtook it: not a reuse. The caller may retry.
  return reply('late')
else
`,
  // Only a reuse needs this. To define functions takes time in each script.
  announce,
  `
  local opened = open(feed, window, keepFor)
  if not opened then return redis.error_reply(malformedFeed) end
  announce(opened, subjectHash .. '|' .. sid, true)
  redis.call('HDEL', sessions, sid)
  return remember(receipt, deadline, reply('reused', text))
end
if not fits(session) then return redis.error_reply(exceeding) end
return reply(outcome, save(sessions, sid, session))
`,
)
