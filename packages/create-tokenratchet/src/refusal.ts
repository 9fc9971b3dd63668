/** The user can put this right: only the message is shown, without a stack. */
export class Refusal extends Error {}

/**
 * Runs a command, and shows what the user can put right as a message with exit code 1.
 *
 * @example
 * ```ts
 * await withRefusals(() => create(choice, { folder, template }))
 * ```
 */
export async function withRefusals(command: () => void | Promise<void>): Promise<void> {
  try {
    await command()
  } catch (error) {
    // Node's own errors about files have a `syscall`, and name the file.
    if (!(error instanceof Refusal || (error instanceof Error && 'syscall' in error))) {
      throw error
    }
    console.error(error.message)
    process.exitCode = 1
  }
}
