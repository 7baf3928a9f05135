export { createGraphClient } from './graph-client.js'
export { GraphError } from './errors.js'
