import { maxSessionNumber } from '@tokenratchet/core'

/**
 * Lua that several scripts share, as text: one place for the form of a reply and of a record, for how a revocation is
 * announced, and for what is answered to a command that was sent twice.
 *
 * Scripts read and check first, and write last. Their first write is one that a server out of memory refuses (HSET,
 * ZADD): so it refuses the whole script, and nothing is done by halves.
 *
 * A record is `newest parent first recover used created lifetime timeout data`: numbers in decimal digits, -1 for no
 * parent; `created` is a time in milliseconds, `recover` and `used` are milliseconds since it, lifetime and timeout are
 * seconds, data is opaque. Short, as there are many; the deadlines follow from it.
 */

/**
 * The server's clock, read once per script: `micros` and `now` (milliseconds). `reply(outcome, ...)` begins with the id
 * of the command, which is the first of ARGV: so the client sees whether a reply is the one to its question.
 */
export const clock = `
local call = ARGV[1]
local time = redis.call('TIME')
local micros = time[1] * 1000000 + time[2]
local now = math.floor(micros / 1000)
local function digits(number) return string.format('%.0f', number) end
local function reply(outcome, ...) return { call, outcome, digits(now), ... } end
`

/**
 * `unreadable(answer)` judges the answer to the write that changes nothing, with which a script that only reads begins:
 * `redis.pcall('HDEL', key, '')`. It returns the error that the script must return, or nil when the script may go on.
 *
 * A replica refuses this write with READONLY. It must not answer, because it may not have heard of a revocation. A
 * primary may refuse the write too, because it has too few replicas, can't persist, or is out of memory. Nothing has to
 * be written here, so the script goes on. Redis checks for a replica before it checks for these three. It checks the
 * permissions of the user even earlier, so every other error is returned: it could hide a replica.
 */
export const primary: string = `
local function unreadable(answer)
  local text = type(answer) == 'table' and answer.err
  if not text then return nil end
  for _, code in ipairs({ 'NOREPLICAS', 'MISCONF', 'OOM' }) do
    if string.find(text, code .. ' ', 1, true) then return nil end
  end
  return answer
end
`

/**
 * `read(text)` answers a table, or nil for what is no record; `write(session)` its text; `live(session)`. A record with
 * a number out of bounds is none: no refresh token or date can hold it. `fits(session)` says of one that was changed, or
 * is new, whether it may be written.
 */
export const record: string = `
local pattern = '^(%d+) (%-?%d+) (%d+) (%-?%d+) (%-?%d+) (%d+) (%d+) (%d+) (.*)$'
local fields = { 'newest', 'parent', 'first', 'recover', 'used', 'created', 'lifetime', 'timeout' }
local max = ${maxSessionNumber}
local malformed = 'ERR tokenratchet: malformed session record'
local exceeding = 'ERR tokenratchet: a number of the session would exceed ${maxSessionNumber}'
local function fits(session)
  local usedAt, absoluteUntil = session.created + session.used, session.created + session.lifetime * 1000
  return session.newest <= max and session.recover <= max and session.timeout <= max and session.parent >= -1
    and usedAt >= -max and usedAt <= max and absoluteUntil <= max
end
local function read(text)
  local found = { string.match(text, pattern) }
  if not found[9] then return nil end
  local session = { data = found[9] }
  for index, name in ipairs(fields) do
    local number = tonumber(found[index])
    if number > max or number < -max then return nil end
    session[name] = number
  end
  return fits(session) and session or nil
end
local function write(session)
  local words = {}
  for index, name in ipairs(fields) do words[index] = digits(session[name]) end
  words[9] = session.data
  return table.concat(words, ' ')
end
local function deadline(session)
  return session.created + math.min(session.used + session.timeout * 1000, session.lifetime * 1000)
end
local function live(session) return now < deadline(session) end
`

/** `save(key, sid, session)`: the key's expiry is only ever extended, so it outlives each session and ends with the last. */
export const save = `
local function save(key, sid, session)
  redis.call('HSET', key, sid, write(session))
  if redis.call('PTTL', key) < deadline(session) - now then
    redis.call('PEXPIREAT', key, digits(deadline(session)))
  end
end
`

/**
 * `open(feed, window, keepFor)` reads what announcing needs, so that whatever is wrong there fails before the first
 * write; it answers nil for numbers that nobody can have written, above which the next score could not rise.
 * `announce(opened, member, moves)` writes. Scores are microseconds, unique and always rising, though the clock be set
 * back. A member that is there stays where it is, as readers remember it by its place, unless `moves`: then its session has
 * lived since. The window key remembers the longest that anybody asks for, so that nobody trims what another needs.
 */
export const announce: string = `
local malformedFeed = 'ERR tokenratchet: malformed feed'
local function open(feed, window, keepFor)
  local highest = tonumber(redis.call('ZREVRANGE', feed, 0, 0, 'WITHSCORES')[2] or 0)
  local kept = tonumber(redis.call('GET', window) or 0)
  if not (highest and highest < ${Number.MAX_SAFE_INTEGER} and kept and kept <= ${maxSessionNumber}) then return nil end
  return { feed = feed, window = window, highest = highest, seconds = math.max(keepFor, kept) }
end
local announced = 'ERR tokenratchet: the session has ended already'
local function announce(opened, member, moves)
  local feed, seconds = opened.feed, digits(opened.seconds)
  opened.highest = math.max(micros, opened.highest + 1)
  redis.call('ZADD', feed, moves and 'CH' or 'NX', digits(opened.highest), member)
  redis.call('ZREMRANGEBYSCORE', feed, '-inf', digits(micros - opened.seconds * 1000000))
  redis.call('EXPIRE', feed, seconds)
  redis.call('SET', opened.window, seconds, 'EX', seconds)
end
`

/**
 * A client sends a command again when the connection is lost before its reply. The second run finds the session gone
 * and would say that nothing has ended: an ending without its event, and, for a reuse, a thief whom nobody is told of.
 * So a command that has ended sessions leaves a receipt, its reply, until its deadline, after which it can't run any
 * more; the same command gets the same reply. A command that has ended nothing leaves none.
 *
 * `remember(receipt, deadline, reply)` writes it and answers the reply; `remembered(receipt)` answers that, or nil if there
 * is none or it is another command's: ids repeat in a process that was started twice from one snapshot.
 */
export const receipts = `
local question = table.concat({ #ARGV, ARGV[2], ARGV[3], ARGV[#ARGV] }, ' ')
local function remember(receipt, deadline, reply)
  local kept = cmsgpack.pack({ question, reply })
  redis.call('SET', receipt, kept, 'PX', digits(math.max(1, math.min(deadline - now, 60000))))
  return reply
end
local function remembered(receipt)
  local kept = redis.call('GET', receipt)
  if not kept then return nil end
  local asked, reply = unpack(cmsgpack.unpack(kept))
  if asked ~= question then return nil end
  reply[3] = digits(now)
  return reply
end
`
