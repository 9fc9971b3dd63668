import { clock, primary, record } from './parts.js'
import { type Script, script } from './script.js'

/**
 * Returns the server's time.
 *
 * KEYS  1 {prefix:b}:s:<subjectHash>, only to choose the node
 * ARGV  1 call
 * Returns {call, 'time', now}
 */
export const askTime: Script = script(clock, "return reply('time')")

/**
 * Returns one live session, or how its end is announced. It is a script so that the server's clock decides deadlines.
 * It begins with a write that changes nothing, so that a replica refuses it: a replica may not know of a revocation
 * yet.
 *
 * KEYS  1 {prefix:b}:s:<subjectHash>   hash of the subject's sessions
 *       2 {prefix:b}:feed              revocations
 * ARGV  1 call  2 sid  3 subjectHash
 * Returns {call, 'found', now, record}, {call, 'revoked', now}, {call, 'evicted', now} or {call, 'absent', now}
 */
export const find: Script = script(
  clock,
  record,
  primary,
  `
local sessions, feed, sid, subjectHash = KEYS[1], KEYS[2], ARGV[2], ARGV[3]

local failure = unreadable(redis.pcall('HDEL', sessions, ''))
if failure then return failure end
local text = redis.call('HGET', sessions, sid)
if text then
  local session = read(text)
  if not session then return redis.error_reply(malformed) end
  if live(session) then return reply('found', text) end
end
local member = subjectHash .. '|' .. sid
if redis.call('ZSCORE', feed, member) then return reply('revoked') end
if redis.call('ZSCORE', feed, member .. '|evicted') then return reply('evicted') end
return reply('absent')
`,
)

/**
 * Returns the live sessions of a subject. A replica refuses it, as with `find`.
 *
 * KEYS  1 {prefix:b}:s:<subjectHash>
 * ARGV  1 call
 * Returns {call, 'found', now, sid, record, sid, record ...}
 */
export const list: Script = script(
  clock,
  record,
  primary,
  `
local sessions = KEYS[1]

local failure = unreadable(redis.pcall('HDEL', sessions, ''))
if failure then return failure end
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
 * Returns what was revoked after a cursor, from one feed or several, up to a number of entries. A cursor holds the last
 * entry that was read from each feed. If one of these is gone before it has expired, the server has lost the end of
 * what it had written. Then all feeds are read from the start. A replica refuses it, as with `find`. A server that
 * refuses writes for another reason answers.
 *
 * KEYS  1.. {prefix:b}:feed
 * ARGV  1 call  2 entries at most  3 microseconds after which an entry has expired  4 'start' or 'cursor'
 *       5.. for each the score and the member to read on from, exclusive; '' and '' for all of it
 * Returns {call, now, 'gap' or '', 'more' or '', for each {'kept' or '', member, score, member, score ...}}; scores are
 * microseconds; 'kept' where the entry of the cursor is still there
 */
export const revokedSince: Script = script(
  clock,
  primary,
  `
local left, keepFor, isGap = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4] == 'start'

local failure = unreadable(redis.pcall('ZREM', KEYS[1], ''))
if failure then return failure end
local kept = {}
for index, feed in ipairs(KEYS) do
  local score, member = ARGV[3 + 2 * index], ARGV[4 + 2 * index]
  if member ~= '' then
    kept[index] = redis.call('ZSCORE', feed, member) == score
    if not kept[index] and micros - tonumber(score) < keepFor then isGap = true end
  end
end
local answer, hasMore = { call, digits(now), isGap and 'gap' or '', '' }, false
for index, feed in ipairs(KEYS) do
  local isKept = kept[index] and not isGap
  local from = isKept and '(' .. ARGV[3 + 2 * index] or '-inf'
  local read = redis.call('ZRANGEBYSCORE', feed, from, '+inf', 'WITHSCORES', 'LIMIT', 0, left + 1)
  if #read > 2 * left then
    hasMore = true
    read[2 * left + 2], read[2 * left + 1] = nil, nil
  end
  left = left - #read / 2
  table.insert(read, 1, isKept and 'kept' or '')
  answer[4 + index] = read
end
if hasMore then answer[4] = 'more' end
return answer
`,
)

/**
 * Returns the `memory` section of INFO from the node that has a key.
 *
 * KEYS  1 any key of ours
 * ARGV  1 call
 * Returns {call, its text}
 */
export const memoryInfo: Script = script(`return { ARGV[1], redis.call('INFO', 'memory') }`)
