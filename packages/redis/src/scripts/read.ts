import { clock, record } from './parts.js'
import { type Script, script } from './script.js'

/**
 * What time it is.
 *
 * KEYS  1 {prefix:b}:s:<tag>, for the node that has it
 * ARGV  1 call
 * Returns {call, 'time', now}
 */
export const askTime: Script = script(clock, "return reply('time')")

/**
 * One live session. A script, so that deadlines are by the server's clock. It ends with a write that changes nothing,
 * so that no replica answers: it may not have heard of a revocation.
 *
 * KEYS  1 {prefix:b}:s:<tag>
 * ARGV  1 call  2 sid
 * Returns {call, 'found', now, record} or {call, 'absent', now}
 */
export const find: Script = script(
  clock,
  record,
  `
local sessions, sid = KEYS[1], ARGV[2]

redis.call('HDEL', sessions, '')
local text = redis.call('HGET', sessions, sid)
if not text then return reply('absent') end
local session = read(text)
if not session then return redis.error_reply(malformed) end
if not live(session) then return reply('absent') end
return reply('found', text)
`,
)

/**
 * The live sessions of a subject. Not from a replica, as above.
 *
 * KEYS  1 {prefix:b}:s:<tag>
 * ARGV  1 call
 * Returns {call, 'found', now, sid, record, sid, record ...}
 */
export const list: Script = script(
  clock,
  record,
  `
local sessions = KEYS[1]

redis.call('HDEL', sessions, '')
local answer = reply('found')
local entries = redis.call('HGETALL', sessions)
for index = 1, #entries, 2 do
  local sid, text = entries[index], entries[index + 1]
  local session = read(text)
  if not session then return redis.error_reply(malformed) end
  if live(session) then
    answer[#answer + 1] = sid
    answer[#answer + 1] = text
  end
end
return answer
`,
)

/**
 * What was revoked after a cursor, of one feed or several. A feed whose highest score is below the cursor was lost, or
 * its server's clock was set back: it is read as a whole. Not from a replica, as above.
 *
 * KEYS  1.. {prefix:b}:feed
 * ARGV  1 call  2.. for each the score to read on from, exclusive, or '' for all
 * Returns {call, for each {highest score or '', now, member, score, member, score ...}}; scores are microseconds
 */
export const revokedSince: Script = script(
  clock,
  `
local answer = { call }
for index, feed in ipairs(KEYS) do
  local after = ARGV[index + 1]
  local cursor = tonumber(after)
  redis.call('ZREM', feed, '')
  local highest = redis.call('ZREVRANGE', feed, 0, 0, 'WITHSCORES')[2] or ''
  local isKnown = cursor and tonumber(highest) and tonumber(highest) >= cursor
  local read = redis.call('ZRANGEBYSCORE', feed, isKnown and '(' .. after or '-inf', '+inf', 'WITHSCORES')
  table.insert(read, 1, highest)
  table.insert(read, 2, digits(now))
  answer[index + 1] = read
end
return answer
`,
)

/**
 * The `memory` section of INFO, of the node that has a key.
 *
 * KEYS  1 any of ours
 * ARGV  1 call
 * Returns {call, its text}
 */
export const memoryInfo: Script = script(`return { ARGV[1], redis.call('INFO', 'memory') }`)
