// A data server with the proxies in front of it.
import { freePort, until } from '../../helpers/redis.js'
import { Link } from '../link.js'
import { info, isPrimary, RedisProcess } from '../processes.js'
import type { Random } from '../random.js'

export interface Member {
  readonly server: RedisProcess
  /** Where clients and other servers find it: a port of 127.0.0.1. */
  readonly port: number
  readonly link: Link
  /** For the bus of a Cluster. */
  readonly bus: Link
}

/** @param index of which its address is made: 127.0.0.11 and so on */
export async function createMember(
  index: number,
  random: Random,
  args: (port: number) => readonly string[],
): Promise<Member> {
  const address = { host: `127.0.0.${11 + index}`, port: await freePort() }
  const port = await freePort()
  const link = new Link(address, random)
  const bus = new Link({ ...address, port: address.port + 10_000 }, random)
  await link.listen(port)
  await bus.listen(port + 10_000)
  return { server: new RedisProcess(address, args(port)), port, link, bus }
}

/** Nothing passes any more between this server and the others, while clients reach all of them. */
export function isolate(member: Member, all: readonly Member[], others: readonly string[]): void {
  const { host } = member.server.address
  for (const each of all) {
    const blocked = (source: string): boolean =>
      each === member ? source !== host && others.includes(source) : source === host
    each.link.block(blocked)
    each.bus.block(blocked)
  }
}

export function unite(all: readonly Member[]): void {
  for (const { link, bus } of all) {
    link.block(() => false)
    bus.block(() => false)
  }
}

export async function stopMembers(all: readonly Member[]): Promise<void> {
  for (const { server, link, bus } of all) {
    await server.kill()
    link.close()
    bus.close()
  }
}

export async function primariesOf(all: readonly Member[]): Promise<Member[]> {
  const are = await Promise.all(all.map(({ server }) => isPrimary(server)))
  return all.filter((_, index) => are[index])
}

/** Waits until each of these has a replica that has read all that was written before. */
export async function haveReplicated(primaries: readonly Member[]): Promise<void> {
  for (const { server } of primaries) {
    const offset = Number(await info(server, 'master_repl_offset'))
    await until(
      'a replica has read all',
      async () => {
        const replica = /state=online,offset=(\d+)/.exec((await info(server, 'slave0')) ?? '')
        return Number(replica?.[1] ?? -1) >= offset
      },
      60_000,
    )
  }
}
