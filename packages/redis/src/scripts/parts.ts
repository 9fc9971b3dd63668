/**
 * Lua that several scripts share, as text: one place for the form of a record, and for how a revocation is published.
 *
 * Scripts read and check first, and write last. Their first write is one that a server out of memory refuses (HSET,
 * ZADD): so it refuses the whole script, and nothing is done by halves.
 *
 * A record is `newest parent first recover used created lifetime timeout data`: numbers in decimal digits, -1 for no
 * parent; `created` is a time in milliseconds, `recover` and `used` are milliseconds since it, lifetime and timeout are
 * seconds, data is opaque. Short, as there are many; the deadlines follow from it.
 */

/** The server's clock, read once per script: `micros` and `now` (milliseconds). */
export const clock = `
local time = redis.call('TIME')
local micros = time[1] * 1000000 + time[2]
local now = math.floor(micros / 1000)
local function digits(number) return string.format('%.0f', number) end
`

/** `read(text)` answers a table, or nil for what is no record; `write(session)` its text; `live(session)`. */
export const record = `
local pattern = '^(%d+) (%-?%d+) (%d+) (%-?%d+) (%-?%d+) (%d+) (%d+) (%d+) (.*)$'
local fields = { 'newest', 'parent', 'first', 'recover', 'used', 'created', 'lifetime', 'timeout' }
local malformed = redis.error_reply('ERR tokenratchet: a session record is malformed')
local function read(text)
  local found = { string.match(text, pattern) }
  if not found[9] then return nil end
  local session = { data = found[9] }
  for index, name in ipairs(fields) do session[name] = tonumber(found[index]) end
  return session
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
 * `open(feed, window, publishFor)` reads what publishing needs, so that whatever is wrong there fails before the first
 * write; `publish(opened, member)` writes. Scores are microseconds, unique and always rising, though the clock be set
 * back. The window key remembers the longest that anybody asks for, so that nobody trims what another needs.
 */
export const publish = `
local function open(feed, window, publishFor)
  local highest = tonumber(redis.call('ZREVRANGE', feed, 0, 0, 'WITHSCORES')[2]) or 0
  local seconds = math.max(publishFor, tonumber(redis.call('GET', window)) or 0)
  return { feed = feed, window = window, highest = highest, seconds = seconds }
end
local function publish(opened, member)
  local feed, seconds = opened.feed, digits(opened.seconds)
  opened.highest = math.max(micros, opened.highest + 1)
  redis.call('ZADD', feed, digits(opened.highest), member)
  redis.call('ZREMRANGEBYSCORE', feed, '-inf', digits(micros - opened.seconds * 1000000))
  redis.call('EXPIRE', feed, seconds)
  redis.call('SET', opened.window, seconds, 'EX', seconds)
end
`
