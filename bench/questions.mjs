// The child's side of `ask` in processes.mjs. A process that imports this ends with its parent.

import process from 'node:process'

process.once('disconnect', () => process.exit())

/** Answers each message `{ want, ... }` with what the function of that name returns or resolves to. */
export function answering(answers) {
  process.on('message', async question => {
    try {
      process.send(await answers[question.want](question))
    } catch (error) {
      process.send({ error: error.stack })
    }
  })
}
