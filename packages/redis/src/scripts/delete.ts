import { announce, clock, receipts, record } from './parts.js'
import { type Script, script } from './script.js'

/**
 * Ends one session.
 *
 * KEYS  1 {prefix:b}:s:<subjectHash>           hash of the subject's sessions
 *       2 {prefix:b}:feed              revocations
 *       3 {prefix:b}:window            seconds that revocations are kept
 *       4 {prefix:b}:receipt:<call>    the reply to this command, if it has run before and ended something
 * ARGV  1 call  2 sid  3 subjectHash  4 keepFor (seconds)  5 'always' to announce even if no live session was there,
 *       or ''  6 deadline (milliseconds)  7 unused
 * Returns {call, 'late', now}, {call, 'deleted', now} or {call, 'absent', now}
 */
export const deleteOne: Script = script(
  clock,
  record,
  announce,
  receipts,
  `
local sessions, feed, window, receipt = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local sid, subjectHash, keepFor, always = ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5] == 'always'
local deadline = tonumber(ARGV[6])

if now >= deadline then return reply('late') end
local text = redis.call('HGET', sessions, sid)
local session = text and read(text)
if text and not session then return redis.error_reply(malformed) end
local wasLive = session and live(session)
local before = not wasLive and remembered(receipt)
if before then return before end
local opened
if wasLive or always then
  opened = open(feed, window, keepFor)
  if not opened then return redis.error_reply(malformedFeed) end
end

if opened then announce(opened, subjectHash .. '|' .. sid, wasLive) end
redis.call('HDEL', sessions, sid)
return wasLive and remember(receipt, deadline, reply('deleted')) or reply('absent')
`,
)

/**
 * Ends all sessions of a subject, with one exception if wanted.
 *
 * KEYS  1 {prefix:b}:s:<subjectHash>  2 {prefix:b}:feed  3 {prefix:b}:window  4 {prefix:b}:receipt:<call>
 * ARGV  1 call  2 subjectHash  3 keepFor (seconds)  4 sid to spare or ''  5 deadline (milliseconds)  6 unused
 * Returns {call, 'late', now}, or {call, 'deleted', now, sid ...} with those that were live
 */
export const deleteAll: Script = script(
  clock,
  record,
  announce,
  receipts,
  `
local sessions, feed, window, receipt = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local subjectHash, keepFor, except, deadline = ARGV[2], tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])

if now >= deadline then return reply('late') end
local before = remembered(receipt)
if before then return before end
local ended, gone = {}, {}
local entries = redis.call('HGETALL', sessions)
for index = 1, #entries, 2 do
  local sid, session = entries[index], read(entries[index + 1])
  if not session then return redis.error_reply(malformed) end
  if sid ~= except then
    gone[#gone + 1] = sid
    if live(session) then ended[#ended + 1] = sid end
  end
end
local opened
if #ended > 0 then
  opened = open(feed, window, keepFor)
  if not opened then return redis.error_reply(malformedFeed) end
end

local answer = reply('deleted')
for _, sid in ipairs(ended) do
  announce(opened, subjectHash .. '|' .. sid, true)
  answer[#answer + 1] = sid
end
for _, sid in ipairs(gone) do redis.call('HDEL', sessions, sid) end
return opened and remember(receipt, deadline, answer) or answer
`,
)
