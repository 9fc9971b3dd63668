import { clock, record } from './parts.js'
import { type Script, script } from './script.js'

/**
 * What time it is.
 *
 * KEYS  1 {prefix:b}:s:<tag>, for the node that has it
 * Returns {'time', now}
 */
export const askTime: Script = script(clock, "return { 'time', digits(now) }")

/**
 * One live session. A script, so that deadlines are by the server's clock and no replica answers.
 *
 * KEYS  1 {prefix:b}:s:<tag>
 * ARGV  1 sid
 * Returns {'found', now, record} or {'absent', now}
 */
export const find: Script = script(
  clock,
  record,
  `
local text = redis.call('HGET', KEYS[1], ARGV[1])
if not text then return { 'absent', digits(now) } end
local session = read(text)
if not session then return malformed end
if not live(session) then return { 'absent', digits(now) } end
return { 'found', digits(now), text }
`,
)

/**
 * The live sessions of a subject.
 *
 * KEYS  1 {prefix:b}:s:<tag>
 * Returns {'found', now, sid, record, sid, record ...}
 */
export const list: Script = script(
  clock,
  record,
  `
local answer = { 'found', digits(now) }
local entries = redis.call('HGETALL', KEYS[1])
for index = 1, #entries, 2 do
  local session = read(entries[index + 1])
  if not session then return malformed end
  if live(session) then
    answer[#answer + 1] = entries[index]
    answer[#answer + 1] = entries[index + 1]
  end
end
return answer
`,
)

/**
 * What was revoked after a cursor, of one feed or several.
 *
 * KEYS  1.. {prefix:b}:feed
 * ARGV  1.. for each the score to read on from, exclusive, or '' for all
 * Returns for each {highest score, member ...}
 */
export const revokedSince: Script = script(`
local answer = {}
for index, feed in ipairs(KEYS) do
  local from = ARGV[index] == '' and '-inf' or '(' .. ARGV[index]
  local entries = redis.call('ZRANGEBYSCORE', feed, from, '+inf', 'WITHSCORES')
  local read = { entries[#entries] or ARGV[index] }
  for each = 1, #entries, 2 do read[#read + 1] = entries[each] end
  answer[index] = read
end
return answer
`)

/**
 * The `memory` section of INFO, of the node that has a key.
 *
 * KEYS  1 any of ours
 */
export const memoryInfo: Script = script(`return redis.call('INFO', 'memory')`)
