// Which rule of HTTP held on which framework and store, collected from the lines of the tests in test/contract.

const place = /^( +)(not )?ok \d+ - (.+) on (memory|redis)(?: # |$)/
const subtest = /^( *)# Subtest: (.*)$/

export class ContractTable {
  /** The names of the tests around a line, by their indentation. */
  #names = new Map()
  #rules = new Map()
  #columns = new Set()

  /** One line of TAP. */
  line(line) {
    const [, indentation, name] = subtest.exec(line) ?? []
    if (name !== undefined) {
      this.#names.set(indentation.length, name)
      return
    }
    const [, blanks, failed, framework, store] = place.exec(line) ?? []
    const rule = blanks && this.#names.get(blanks.length - 4)
    if (rule !== undefined) {
      const column = `${framework}, ${store}`
      this.#columns.add(column)
      this.#rules.set(rule, (this.#rules.get(rule) ?? new Map()).set(column, failed ? 'NO' : 'yes'))
    }
  }

  text() {
    if (this.#rules.size === 0) {
      return ''
    }
    const columns = [...this.#columns].sort()
    const header = `HTTP contract: ${this.#rules.size} rules on ${columns.join(' | ')}`
    const rows = [...this.#rules].map(
      ([rule, held]) => `${columns.map(column => (held.get(column) ?? '-').padEnd(4)).join('')}${rule}`,
    )
    return `\n${header}\n${rows.join('\n')}\n`
  }
}
