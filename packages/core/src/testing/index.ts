export { type FakeClock, fakeClock } from './clock.js'
export { type SignedIn, signIn } from './sign-in.js'
export { type StoreCase, type StoreUnderTest, storeCases } from './store-cases.js'
