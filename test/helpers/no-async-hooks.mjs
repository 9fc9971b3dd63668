// Loaded before tap in runs of many files. tap follows every promise by async hooks, to tell in which test an error was
// thrown that nobody caught: that took a third of the time of long suites. Without them such an error ends its file, with
// its stack and the name of the test that was running, and still fails the run. A single file runs with them.
import asyncHooks from 'node:async_hooks'
import { syncBuiltinESMExports } from 'node:module'

const none = { enable: () => none, disable: () => none }
asyncHooks.createHook = () => none
syncBuiltinESMExports()
