// One address, behind which a person promotes the replica when the primary is gone.
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, until } from '../../helpers/redis.js'
import { Link } from '../link.js'
import { info, isPrimary, RedisProcess } from '../processes.js'
import { between } from '../random.js'
import { troubleReplies } from './replies.js'
import type { StartTopology } from './topology.js'

export const startSingle: StartTopology = async ({ random, away, minReplicas }) => {
  const args = ['--repl-diskless-sync-delay', '0', '--min-replicas-to-write', `${minReplicas}`]
  const servers = await Promise.all(
    [11, 12].map(async host => new RedisProcess({ host: `127.0.0.${host}`, port: await freePort() }, args)),
  )
  let [primary, replica] = servers as [RedisProcess, RedisProcess]
  const masterOf = ({ address }: RedisProcess): string[] => [address.host, `${address.port}`]
  await primary.start()
  await replica.start(['--replicaof', ...masterOf(primary)])
  const port = await freePort()
  const link = new Link(primary.address, random)
  await link.listen(port)

  /** The address leads to the other server from now on, also for those who are connected. */
  function turnTo(next: RedisProcess): void {
    ;[primary, replica] = [next, primary]
    link.target = next.address
    link.cut()
  }

  async function replicated(): Promise<void> {
    const offset = Number(await info(primary, 'master_repl_offset'))
    await until(
      'the replica has read all',
      async () => {
        const isUp = (await info(replica, 'master_link_status')) === 'up'
        return isUp && Number(await info(replica, 'slave_repl_offset')) >= offset
      },
      60_000,
    )
  }

  return {
    reach: { kind: 'single', ports: [port] },
    faults: {
      async kill() {
        await primary.kill()
        await sleep(between(random, 0, 1500))
        await replica.command('REPLICAOF', 'NO', 'ONE')
        turnTo(replica)
        await sleep(away * 1000)
        await replica.start(['--replicaof', ...masterOf(primary)])
      },
      async freeze() {
        primary.freeze()
        await sleep(between(random, 1500, 4000))
        primary.thaw()
      },
      async 'freeze and promote'() {
        primary.freeze()
        await sleep(between(random, 500, 2500))
        await replica.command('REPLICAOF', 'NO', 'ONE')
        turnTo(replica)
        await sleep(1000)
        replica.thaw()
        await replica.command('REPLICAOF', ...masterOf(primary))
      },
      async partition() {
        link.block(() => true)
        await sleep(between(random, 1500, 4000))
        link.block(() => false)
      },
      async 'planned failover'() {
        await primary.command('FAILOVER')
        await until('the replica is primary', () => isPrimary(replica))
        turnTo(replica)
      },
      replies: () => troubleReplies([link], random),
    },
    replicated,
    settled: replicated,
    async stop() {
      link.close()
      await Promise.all(servers.map(server => server.kill()))
    },
  }
}
