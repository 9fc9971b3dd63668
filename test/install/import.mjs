// Prints what each entry point exports.
for (const name of process.argv.slice(2)) {
  console.log(`${name}: ${Object.keys(await import(name))}`)
}
