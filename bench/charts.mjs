// Bar charts as SVG. Text stays text, and the colours follow the reader's light or dark scheme.

import { median } from './stats.mjs'

const [width, labelWidth, barHeight, lineHeight] = [760, 270, 16, 26]
const top = 64

/** Times the median: the longest bar that is drawn. */
const cut = 4

const style = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-size: 16px; font-weight: 600 }
  .note { fill: #59636e }
  .bar { fill: #8c959f }
  .ours { fill: #0969da }
  .axis { stroke: #59636e }
  .background { fill: #ffffff }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .note { fill: #9198a1 }
    .bar { fill: #656c76 }
    .ours { fill: #4493f8 }
    .axis { stroke: #9198a1 }
    .background { fill: #0d1117 }
  }
`

/**
 * Draws horizontal bars, the shortest first.
 *
 * @param note below the title: what the bars show
 * @param rows `{ name, value, isOurs }`
 * @param unit behind each value
 */
export function barChart({ title, note, unit, rows }) {
  const sorted = rows.toSorted((one, other) => one.value - other.value)
  const height = top + sorted.length * lineHeight + 12
  const values = sorted.map(({ value }) => value)
  // A bar that is much longer than most is cut: the others would be too short to compare.
  const longest = Math.max(1, Math.min(values.at(-1), cut * median(values)))
  // On the right there is space for the value of the longest bar.
  const scale = (width - labelWidth - 150) / longest
  const bars = sorted.map(({ name, value, isOurs }, index) => {
    const y = top + index * lineHeight
    // What is within the noise of the floor may be measured below it.
    const length = Math.max(0, Math.min(value, longest) * scale).toFixed(1)
    const middle = y + barHeight - 3
    return `  <text x="${labelWidth - 10}" y="${middle}" text-anchor="end">${escaped(name)}</text>
  <rect class="${isOurs ? 'ours' : 'bar'}" x="${labelWidth}" y="${y}" width="${length}" height="${barHeight}" rx="2"/>
  <text x="${labelWidth + Number(length) + 8}" y="${middle}">${escaped(`${value.toFixed(1)} ${unit}${value > longest ? ' (bar cut)' : ''}`)}</text>`
  })
  const label = escaped(
    `${title}. ${sorted.map(({ name, value }) => `${name}: ${value.toFixed(1)} ${unit}`).join('; ')}`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${label}">
  <style>${style}</style>
  <rect class="background" width="${width}" height="${height}"/>
  <text class="title" x="16" y="26">${escaped(title)}</text>
  <text class="note" x="16" y="46">${escaped(note)}</text>
${bars.join('\n')}
  <line class="axis" x1="${labelWidth}" y1="${top - 6}" x2="${labelWidth}" y2="${height - 10}"/>
</svg>
`
}

const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = text => text.replace(/[&<>"]/g, character => entities[character])
