import { maxSessionNumber } from '@tokenratchet/core'

/**
 * Lua that several scripts share, as text. It is the one place for the form of a reply and of a record, for how a
 * revocation is announced, and for the reply to a command that was sent twice.
 *
 * Scripts read and check first, and write last. A server that is out of memory refuses their first write (HSET, ZADD),
 * so it refuses the whole script, and nothing is half done.
 *
 * A record is `newest parent first recover used created lifetime timeout data`. The numbers are in decimal digits, and
 * `parent` is -1 if there is none. `created` is a time in milliseconds, `recover` and `used` are milliseconds since it,
 * `lifetime` and `timeout` are seconds, `data` is opaque. The form is short because there are many records. The
 * deadlines are computed from it.
 */

/**
 * The server's clock, read once per script: `micros` and `now` (milliseconds). `reply(outcome, ...)` begins with the id
 * of the command, which is the first of ARGV. So the client can check that a reply belongs to its command.
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
 * `read(text)` returns a record as a table, or nil if it is malformed; `write(session)` returns its text;
 * `live(session)` returns whether it has not expired. A record with a number beyond the limits is malformed: no refresh
 * token or date can hold it. `fits(session)` returns whether a new or changed session is within the limits and may be
 * written.
 */
export const record: string = `
local max = ${maxSessionNumber}
local malformed = 'ERR tokenratchet: malformed session record'
local exceeding = 'ERR tokenratchet: a number of the session would exceed ${maxSessionNumber}'
local function fits(session)
  local usedAt, absoluteUntil = session.created + session.used, session.created + session.lifetime * 1000
  return session.newest <= max and session.recover <= max and session.timeout <= max and session.parent >= -1
    and usedAt >= -max and usedAt <= max and absoluteUntil <= max
end
local function read(text)
  local newest, parent, first, recover, used, created, lifetime, timeout, data =
    string.match(text, '^(%d+) (%-?%d+) (%d+) (%-?%d+) (%-?%d+) (%d+) (%d+) (%d+) (.*)$')
  if not data then return nil end
  newest, parent, first, recover = tonumber(newest), tonumber(parent), tonumber(first), tonumber(recover)
  used, created, lifetime, timeout = tonumber(used), tonumber(created), tonumber(lifetime), tonumber(timeout)
  if parent > max or first > max or recover < -max or used > max or used < -max or created > max or lifetime > max then
    return nil
  end
  local session = {
    newest = newest, parent = parent, first = first, recover = recover,
    used = used, created = created, lifetime = lifetime, timeout = timeout, data = data,
  }
  return fits(session) and session or nil
end
local function write(session)
  return string.format(
    '%.0f %.0f %.0f %.0f %.0f %.0f %.0f %.0f ', session.newest, session.parent, session.first, session.recover,
    session.used, session.created, session.lifetime, session.timeout
  ) .. session.data
end
local function deadline(session)
  return session.created + math.min(session.used + session.timeout * 1000, session.lifetime * 1000)
end
local function live(session) return now < deadline(session) end
`

/**
 * `save(key, sid, session)` writes a session and returns the text of its record. It only ever extends the key's expiry,
 * so no session outlives the key.
 */
export const save = `
local function save(key, sid, session)
  local text, ends = write(session), deadline(session)
  redis.call('HSET', key, sid, text)
  if redis.call('PTTL', key) < ends - now then redis.call('PEXPIREAT', key, digits(ends)) end
  return text
end
`

/**
 * `open(feed, window, keepFor)` reads what `announce` needs, so that a malformed feed fails before the first write. It
 * returns nil for numbers that we cannot have written, above which the next score could not rise.
 * `announce(opened, member, moves)` writes. Scores are microseconds, unique and always rising, even if the clock is set
 * back. A member that is already there keeps its score, because readers remember it by its score. With `moves` it gets
 * a new score, because its session was alive until now. The window key holds the longest `keepFor` of all processes, so
 * that none trims entries that another one needs.
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
 * and would report that nothing has ended. Then the ending would emit no event, and after a reuse no thief would be
 * reported. So a command that has ended sessions leaves its reply as a receipt until its deadline, after which it can't
 * run any more. The same command gets the same reply. A command that has ended nothing leaves no receipt.
 *
 * `remember(receipt, deadline, reply)` writes the receipt and returns the reply. `remembered(receipt)` returns that
 * reply, or nil if there is no receipt or it belongs to another command: ids repeat when one snapshot of a process is
 * started twice.
 */
export const receipts = `
local function question() return table.concat({ #ARGV, ARGV[2], ARGV[3], ARGV[#ARGV] }, ' ') end
local function remember(receipt, deadline, reply)
  local kept = cmsgpack.pack({ question(), reply })
  redis.call('SET', receipt, kept, 'PX', digits(math.max(1, math.min(deadline - now, 60000))))
  return reply
end
local function remembered(receipt)
  local kept = redis.call('GET', receipt)
  if not kept then return nil end
  local asked, reply = unpack(cmsgpack.unpack(kept))
  if asked ~= question() then return nil end
  reply[3] = digits(now)
  return reply
end
`
