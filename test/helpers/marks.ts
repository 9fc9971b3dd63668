// What the documents mark for the tests: tables and figures that the code decides. Nothing else of their prose is read.

/** Every document, and its text. */
type Texts = ReadonlyMap<string, string>

/** A row of a table, and where it is: `docs/reference.md:189`. */
export interface Row {
  readonly place: string
  readonly cells: readonly string[]
}

/** A table below a line `<!-- docs: table NAME -->`. */
export interface Table {
  readonly place: string
  readonly rows: readonly Row[]
}

/**
 * The table of this name, in whichever document it is.
 *
 * @throws when no document, or more than one, marks a table so
 */
export function tableOf(texts: Texts, name: string): Table {
  const mark = `<!-- docs: table ${name} -->`
  const tables = [...texts].flatMap(([file, text]) => {
    const lines = text.split('\n')
    return lines.flatMap((line, at) => (line === mark ? [tableAt(file, lines, at + 1)] : []))
  })
  const [table, ...more] = tables
  if (table === undefined || table.rows.length === 0) {
    throw new Error(`${table?.place ?? 'no document'} has a table right below a line ${mark}`)
  }
  if (more.length > 0) {
    throw new Error(`${tables.map(({ place }) => place).join(', ')}: more than one table below ${mark}`)
  }
  return table
}

/** The row that begins with this: a cell as it is written, or one of the names in backticks that it lists. */
export function rowOf({ place, rows }: Table, first: string): Row {
  const row = rows.find(({ cells: [cell = ''] }) => cell === first || cell.split(', ').includes(first))
  if (row === undefined) {
    throw new Error(`${place} has no row that begins with ${first}`)
  }
  return row
}

/** The table whose heads are on the line with this index. */
export function tableAt(file: string, lines: readonly string[], head: number): Table {
  const rows: Row[] = []
  for (let at = head + 2; lines[at]?.startsWith('|'); at++) {
    rows.push({ place: `${file}:${at + 1}`, cells: cellsOf(lines[at] ?? '') })
  }
  return { place: `${file}:${head + 1}`, rows }
}

/** The cells of one row of a table, without comments. */
export function cellsOf(row: string): string[] {
  return row
    .replace(/<!--.*?-->/g, '')
    .replaceAll('\\|', '\u0000')
    .split('|')
    .slice(1, -1)
    .map(cell => cell.replaceAll('\u0000', '|').trim())
}

/** The rows of all tables of goals that the bench prints: the goal, its bound, what came out, and the verdict. */
export function goalsIn(file: string, text: string): readonly Row[] {
  const lines = text.split('\n')
  return lines.flatMap((line, at) => (line.startsWith('| goal |') ? tableAt(file, lines, at).rows : []))
}

/** What stands in backticks. */
export const quoted = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)

/** A name that a row has, and where that is. */
export interface Named {
  readonly name: string
  readonly place: string
}

/** The names in backticks in the first cells. */
export const namesIn = ({ rows }: Table): Named[] =>
  rows.flatMap(({ place, cells: [first] }) => quoted(first).map(name => ({ name, place })))

/** How a table differs from the names that the code has: one line for each, with the place where to mend it. */
export function differences(table: Table, named: readonly Named[], inCode: readonly string[]): string[] {
  const names = named.map(({ name }) => name)
  return [
    ...named
      .filter(({ name }) => !inCode.includes(name))
      .map(at => `${at.place} \`${at.name}\`: not in the code`),
    ...named
      .filter(({ name }, index) => names.indexOf(name) !== index)
      .map(({ name, place }) => `${place} \`${name}\`: a second time`),
    ...inCode.filter(name => !names.includes(name)).map(name => `${table.place} the table lacks \`${name}\``),
  ]
}

/** A number with a mark that follows it, or the code that it ends: `2<!-- figure redis-timeout-s --> s`. */
export interface Figure {
  readonly name: string
  readonly place: string
  /** NaN when no number is there. */
  readonly value: number
}

/** All figures that documents mark; a mark in code is only spoken of. */
export function figuresIn(texts: Texts): Figure[] {
  return [...texts].flatMap(([file, text]) =>
    text.split('\n').flatMap((line, at) =>
      [...line.matchAll(/(?:(\d[\d,_]*(?:\.\d+)?)`?)?<!-- figure(?: ([\w-]+))? -->(?!`)/g)].map(
        ([, number = 'none', name = 'without a name']): Figure => ({
          name,
          place: `${file}:${at + 1}`,
          value: numberOf(number),
        }),
      ),
    ),
  )
}

export const numberOf = (text: string): number => Number(text.replace(/[,_]/g, ''))
