import type { Choice } from './choice.js'

/**
 * What to do with a copy, as text for the terminal.
 *
 * @param isPacked whether the copy brings tarballs of our packages along
 */
export function nextSteps({ folder, framework, isMinimal }: Choice, isPacked: boolean): string {
  const name = framework === 'fastify' ? 'Fastify' : 'Express'
  const shown = /^[\w./\\:~-]+$/.test(folder) ? folder : JSON.stringify(folder)
  return [
    `Created ${folder}: login with ${name} and Tokenratchet${isMinimal ? ', in one file' : ''}.`,
    ...(isPacked ? ['The packages of Tokenratchet are in its folder vendor: commit that too.'] : []),
    '',
    'Next:',
    `  cd ${shown}`,
    '  npm install    (or: pnpm install)',
    '  npm start',
    '',
    isMinimal
      ? 'README.md shows how to log in with curl. Replace checkPassword before you deploy.'
      : 'Then open http://localhost:3000. README.md explains what is there.',
  ].join('\n')
}
