// A process that refreshes sessions of one file, and says what it was answered before it goes on.
import { createTokens } from '@tokenratchet/core'
import { sqliteStore } from '@tokenratchet/sqlite'
import Database from 'libsql'

const [file = '', secret = ''] = process.argv.slice(2)
const tokens = createTokens({ secret, store: sqliteStore(new Database(file)) })
process.on('message', async ({ id, refresh, logOut }: { id: number; refresh?: string; logOut?: string }) => {
  try {
    const answer =
      refresh === undefined ? await tokens.revoke({ token: logOut ?? '' }) : await tokens.refresh(refresh)
    process.send?.({ id, answer: answer ?? {} })
  } catch (error) {
    process.send?.({ id, code: (error as { code?: string }).code ?? `${error}` })
  }
})
process.send?.({ id: 0, answer: {} })
