/**
 * Apollo's gateway reports its host's system, processor and memory to Apollo unless told otherwise by the
 * environment, the only switch it has. Called before the first gateway is constructed.
 */
export const disableApolloTelemetry = (): void => {
  process.env['APOLLO_TELEMETRY_DISABLED'] = 'true'
}
