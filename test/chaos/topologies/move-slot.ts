import { setTimeout as sleep } from 'node:timers/promises'
import { between, pick, type Random } from '../random.js'
import type { Member } from './member.js'

/** Moves the slot of a bucket to another primary as redis-cli does it: two keys at a time, while both answer. */
export async function moveSlot(
  primaries: readonly Member[],
  ids: ReadonlyMap<Member, string>,
  prefix: string,
  random: Random,
): Promise<void> {
  const bucket = Math.floor(random() * 16).toString(16)
  const [any] = primaries as [Member]
  const slot = (await any.server.command('CLUSTER', 'KEYSLOT', `{${prefix}:${bucket}}`)).trim()
  const counts = await Promise.all(
    primaries.map(({ server }) => server.command('CLUSTER', 'COUNTKEYSINSLOT', slot)),
  )
  const owner = primaries[counts.findIndex(count => Number(count) > 0)]
  if (owner === undefined) {
    return
  }
  const target = pick(
    random,
    primaries.filter(each => each !== owner),
  )
  await target.server.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', `${ids.get(owner)}`)
  await owner.server.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', `${ids.get(target)}`)
  const { host, port } = target.server.address
  for (;;) {
    const keys = (await owner.server.command('CLUSTER', 'GETKEYSINSLOT', slot, '2'))
      .split('\n')
      .filter(Boolean)
    if (keys.length === 0) {
      break
    }
    await owner.server.command('MIGRATE', host, `${port}`, '', '0', '1000', 'KEYS', ...keys)
    await sleep(between(random, 20, 200))
  }
  for (const { server } of [target, owner, ...primaries]) {
    await server.command('CLUSTER', 'SETSLOT', slot, 'NODE', `${ids.get(target)}`)
  }
}
