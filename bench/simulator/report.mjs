import { strategies } from './plan.mjs'
import { rules } from './rules.mjs'
import { clients } from './simulate.mjs'

const sum = numbers => Object.values(numbers).reduce((total, each) => total + each, 0)
const row = cells => `| ${cells.join(' | ')} |`
const percent = (part, whole) =>
  whole === 0 ? '-' : part === 0 ? '0' : `${((100 * part) / whole).toFixed(1)} %`

function perMillion({ falseLogouts, refreshes }) {
  const rate = (1e6 * falseLogouts) / refreshes
  return falseLogouts === 0 ? '0' : rate < 10 ? rate.toFixed(1) : Math.round(rate).toLocaleString('en')
}

const count = (tallies, name) =>
  sum(tallies.find(({ rule, client }) => rule === 'ours' && client === name).thieves).toLocaleString('en')

const fewest = (tallies, name) =>
  Math.min(
    ...tallies.filter(({ client }) => client === name).map(({ refreshes }) => refreshes),
  ).toLocaleString('en')

/** Markdown. */
export function report(tallies, { command, seed, sessions, seconds }) {
  const names = Object.keys(rules).filter(name => name !== 'oursStrict')
  const of = (rule, client) => tallies.find(tally => tally.rule === rule && tally.client === client)
  const has = name => tallies.some(({ client }) => client === name)
  const shown = Object.keys(clients).filter(has)
  const lines = [
    'False log-outs per million refreshes, by what clients do:',
    '',
    row(['rule', ...shown.map(name => clients[name].title)]),
    row(['---', ...shown.map(() => '---:')]),
    ...names.map(rule =>
      row([
        rules[rule].title,
        ...shown.map(name => (of(rule, name) === undefined ? '' : perMillion(of(rule, name)))),
      ]),
    ),
    '',
    'Thieves never seen, of those who copied the jar of a browser that refreshes on a 401, by what they do:',
    '',
    row(['rule', 'all', ...strategies, 'mean access']),
    row(['---', ...strategies.map(() => '---:'), '---:', '---:']),
    ...names.map(rule => {
      const { unseen, thieves, accessMinutes } = of(rule, 'ifStale')
      return row([
        rules[rule].title,
        percent(sum(unseen), sum(thieves)),
        ...strategies.map(strategy => percent(unseen[strategy], thieves[strategy])),
        `${Math.round(sum(accessMinutes) / sum(thieves))} min`,
      ])
    }),
    '',
    `\`${command}\`: seed ${seed}, ${sessions} sessions of three days, ${count(tallies, 'ifStale')} thieves, ${Math.round(seconds)} s.`,
    `Refreshes in each column, for each rule at least: ${shown.map(name => fewest(tallies, name)).join(', ')}.`,
  ]
  return lines.join('\n')
}
