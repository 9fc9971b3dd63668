// As import.mjs, but for what Node adds to a module that has a default export.
for (const name of process.argv.slice(2)) {
  console.log(`${name}: ${Object.keys(require(name)).filter(key => key !== '__esModule')}`)
}
