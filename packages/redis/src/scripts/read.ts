import { clock, primary, record } from './parts.js'
import { type Script, script } from './script.js'

/**
 * What time it is.
 *
 * KEYS  1 {prefix:b}:s:<subjectHash>, for the node that has it
 * ARGV  1 call
 * Returns {call, 'time', now}
 */
export const askTime: Script = script(clock, "return reply('time')")

/**
 * One live session, or how its end is announced. A script, so that deadlines are by the server's clock. It begins with a
 * write that changes nothing, so that no replica answers: it may not have heard of a revocation.
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
 * The live sessions of a subject. Not from a replica, as above.
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
 * What was revoked after a cursor, of one feed or several, and no more than so many entries. A cursor remembers the last
 * entry that was read of each feed. If one of them is gone before its time, the server has lost the end of what it had
 * written: then all feeds are read from the start. Not from a replica, as above; a server that refuses writes for another
 * reason answers.
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
 * The `memory` section of INFO, of the node that has a key.
 *
 * KEYS  1 any of ours
 * ARGV  1 call
 * Returns {call, its text}
 */
export const memoryInfo: Script = script(`return { ARGV[1], redis.call('INFO', 'memory') }`)
