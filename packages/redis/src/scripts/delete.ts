import { clock, publish, record } from './parts.js'
import { type Script, script } from './script.js'

/**
 * Ends one session.
 *
 * KEYS  1 {prefix:b}:s:<tag>  hash of the subject's sessions
 *       2 {prefix:b}:feed     revocations
 *       3 {prefix:b}:window   seconds that revocations are kept
 * ARGV  1 sid  2 tag  3 publishFor (seconds)  4 'always' to publish though no live session was there, or ''
 *       5 notAfter (milliseconds)
 * Returns {'late', now}, {'deleted', now} or {'absent', now}
 */
export const deleteOne: Script = script(
  clock,
  record,
  publish,
  `
local sessions, feed, window = KEYS[1], KEYS[2], KEYS[3]
local sid, tag, publishFor, always = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4] == 'always'
local notAfter = tonumber(ARGV[5])

if now >= notAfter then return { 'late', digits(now) } end
local text = redis.call('HGET', sessions, sid)
local session = text and read(text)
if text and not session then return malformed end
local wasLive = session and live(session)
if wasLive or always then publish(open(feed, window, publishFor), tag .. '|' .. sid) end
redis.call('HDEL', sessions, sid)
return { wasLive and 'deleted' or 'absent', digits(now) }
`,
)

/**
 * Ends the sessions of a subject, but for one.
 *
 * KEYS  1 {prefix:b}:s:<tag>  2 {prefix:b}:feed  3 {prefix:b}:window
 * ARGV  1 tag  2 publishFor (seconds)  3 sid to spare or ''  4 notAfter (milliseconds)
 * Returns {'late', now}, or {'deleted', now, sid ...} with those that were live
 */
export const deleteAll: Script = script(
  clock,
  record,
  publish,
  `
local sessions, feed, window = KEYS[1], KEYS[2], KEYS[3]
local tag, publishFor, except, notAfter = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])

if now >= notAfter then return { 'late', digits(now) } end
local ended, gone = {}, {}
local entries = redis.call('HGETALL', sessions)
for index = 1, #entries, 2 do
  local sid, session = entries[index], read(entries[index + 1])
  if not session then return malformed end
  if sid ~= except then
    gone[#gone + 1] = sid
    if live(session) then ended[#ended + 1] = sid end
  end
end

local answer = { 'deleted', digits(now) }
local opened = #ended > 0 and open(feed, window, publishFor)
for _, sid in ipairs(ended) do
  publish(opened, tag .. '|' .. sid)
  answer[#answer + 1] = sid
end
for _, sid in ipairs(gone) do redis.call('HDEL', sessions, sid) end
return answer
`,
)
