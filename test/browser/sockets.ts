// Applications that serve WebSockets, in each of the ways that are documented. A socket says whose it is.
import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { createServer } from 'node:tls'
import websocket from '@fastify/websocket'
import express from 'express'
import type t from 'tap'
import { WebSocketServer } from 'ws'
import type { RunningApp, StartApp } from '../contract/app.js'
import { startExpress } from '../contract/express-app.js'
import { startFastify } from '../contract/fastify-app.js'
import { selfSigned } from '../helpers/certificate.js'

export const socketServers: Readonly<Record<string, StartApp>> = {
  '@fastify/websocket': description =>
    startFastify(description, {
      async before(app) {
        await app.register(websocket)
      },
      after(app) {
        app.get('/socket', { websocket: true, config: { auth: true } }, (socket, request) =>
          socket.send(app.claimsOf(request).sub),
        )
      },
    }),
  'ws in Fastify': async description => withSockets(await startFastify(description)),
  'ws in Express': async description => withSockets(await startExpress(express, description)),
}

/** As docs/reference.md has it. */
function withSockets(app: RunningApp): RunningApp {
  const sockets = new WebSocketServer({ noServer: true })
  app.server.on('upgrade', async (request, socket, head) => {
    try {
      const { sub } = await app.authenticateRequest(request)
      sockets.handleUpgrade(request, socket, head, opened => opened.send(sub))
    } catch (error) {
      app.refuseUpgrade(socket, error)
    }
  })
  return {
    ...app,
    close() {
      for (const each of sockets.clients) {
        each.terminate()
      }
      return app.close()
    },
  }
}

/** Ends https in front of an application, as a proxy does that changes nothing. Resolves to its port. */
export async function startTls(test: Pick<typeof t, 'teardown'>, target: number): Promise<number> {
  const server = createServer(selfSigned(), incoming => {
    const outgoing = connect(target, '127.0.0.1')
    for (const [one, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      one.pipe(other)
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  test.teardown(() => void server.close())
  return (server.address() as AddressInfo).port
}
