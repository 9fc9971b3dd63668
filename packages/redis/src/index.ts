export type { IoredisLike, NodeRedisLike, RedisClient } from './client.js'
export { type RedisStoreOptions, redisStore } from './store.js'
