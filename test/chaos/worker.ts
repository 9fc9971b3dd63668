// A process with simulated users, and the instances that they ask. The main process tells it of faults.
import type { TokenEvent } from '@tokenratchet/core'
import type { World } from './asking.js'
import { Counts } from './counts.js'
import { Diary } from './diary.js'
import { type Reach, startInstances } from './instances.js'
import { seeded } from './random.js'
import { live } from './users.js'
import { Windows } from './windows.js'

export interface Assignment {
  readonly reach: Reach
  readonly secret: string
  readonly prefix: string
  readonly timeout: number
  readonly seed: number
  readonly index: number
  readonly users: number
  readonly pause: number
  readonly recoveryWindow: number
  readonly healing: number
}

export type Order =
  | { type: 'start'; assignment: Assignment }
  | { type: 'fault'; kind: string; from: number }
  | { type: 'settled'; at: number }
  | { type: 'ending' }
  | { type: 'over' }

export type Word =
  | { type: 'heard' }
  | { type: 'report'; text: string }
  | { type: 'counts'; counts: Pick<Counts, 'totals' | 'longest' | 'lost'> }
  | { type: 'done' }

const tell = (word: Word): void => void process.send?.(word)

async function start(assignment: Assignment): Promise<World> {
  const counts = new Counts()
  const open = new Set<Promise<void>>()
  const diary = new Diary()
  const onEvent = (event: TokenEvent, instance: number): void => {
    counts.add('healed', event.type === 'healed' ? 1 : 0)
    diary.add(instance, event)
  }
  const world: World = {
    instances: await startInstances(assignment.reach, assignment, onEvent),
    windows: new Windows(),
    counts,
    random: seeded(assignment.seed, assignment.index + 1),
    healing: assignment.healing,
    pause: assignment.pause,
    established: new Set(),
    diary,
    isEnding: false,
    isOver: false,
    seeThrough(work) {
      open.add(work)
      void work.finally(() => open.delete(work))
    },
    report: text => tell({ type: 'report', text }),
  }
  setInterval(() => tell({ type: 'counts', counts }), 200)
  const users = Array.from({ length: assignment.users }, (_, user) =>
    live(world, `user-${assignment.index}-${user}`),
  )
  void Promise.all(users)
    .then(() => Promise.all(open))
    .then(() => tell({ type: 'counts', counts }))
    .then(() => tell({ type: 'done' }))
  return world
}

let world: World | undefined

async function obey(order: Order): Promise<void> {
  if (order.type === 'start') {
    world = await start(order.assignment)
  } else if (order.type === 'fault') {
    world?.windows.begin(order.kind, order.from)
    world?.counts.add('exposed', world.established.size)
  } else if (order.type === 'settled') {
    world?.windows.end(order.at)
  } else if (world) {
    world.isEnding = true
    world.isOver = order.type === 'over'
  }
  tell({ type: 'heard' })
}

process.on('message', (order: Order) => {
  obey(order).catch(error => {
    tell({ type: 'report', text: `a worker failed: ${error instanceof Error ? error.stack : error}` })
    process.exit(1)
  })
})
process.on('disconnect', () => process.exit(0))
