import { setTimeout as sleep } from 'node:timers/promises'
import { storeCases } from '@tokenratchet/core/testing'
import { redisStore } from '@tokenratchet/redis'
import t from 'tap'
import { startCluster } from '../../../test/helpers/cluster.js'
import { effort } from '../../../test/helpers/effort.js'
import { startRedis } from '../../../test/helpers/redis.js'
import { type Connected, clusterClients, singleClients } from './clients.js'

/** All at once: most of the time is waiting for deadlines, and cases use subjects of their own. */
async function keepsTheContract(t: Tap, { client, close }: Connected): Promise<void> {
  t.teardown(close)
  // What is tested is what it decides; a busy machine may take its time.
  const store = redisStore(client, { timeout: 20_000 })
  const runOf = ({ run }: (typeof storeCases)[number]) => run({ store, elapse: sleep }).catch(error => error)
  const verdicts = await Promise.all(storeCases.map(runOf))
  for (const [index, verdict] of verdicts.entries()) {
    const storeCase = storeCases[index] as (typeof storeCases)[number]
    // A machine that stalls for a second lets deadlines pass: what failed among all others may try again alone.
    const reason = verdict === undefined ? undefined : await runOf(storeCase)
    t.equal(reason, undefined, storeCase.name)
  }
}

type Tap = Pick<typeof t, 'teardown' | 'equal'>

const [server, cluster] = await Promise.all([startRedis(), startCluster()])
t.teardown(() => Promise.all([server.stop(), cluster.stop()]))

const single = Object.entries(singleClients).map(([name, connect]) => ({
  name,
  connect: () => connect(server.port),
}))
const clustered = Object.entries(clusterClients).map(([name, connect]) => ({
  name,
  connect: () => connect(cluster.ports),
}))
/** A whole run tries each library in turn on one server and on a Cluster, a fast run one library. */
const inTurn = single.map((one, index) => (index % 2 === 0 ? one : clustered[index]))
const clients = {
  fast: [single[0], clustered[0]],
  whole: inTurn,
  nightly: [...single, ...clustered],
}[effort].flatMap(each => each ?? [])

// Most of the time is waiting for deadlines.
t.jobs = 4
for (const { name, connect } of clients) {
  t.test(`${name} keeps the contract of a store`, { buffered: true }, async t =>
    keepsTheContract(t, await connect()),
  )
}
