import type { CatalogueEntry } from '../entry.ts'

/** What keeps a process from starting, or from starting well. Seen by operators, in the terminal and in the log. */
export const START_CODES = {
  CONFIG_INVALID: {
    message: 'The settings are not valid.',
    retryable: false,
    specific: true,
    when: 'One or more environment variables are missing or cannot be read. All of them are reported at once.',
    remedy: 'Correct every variable that is listed; docs/configuration.md explains each.',
  },
  PORT_TAKEN: {
    message: 'The port is taken.',
    retryable: true,
    specific: true,
    when: 'Another process listens on `PORT`.',
    remedy: 'Stop the other process, or start with another port: `PORT=4001 npm start`.',
  },
  COMPONENT_START_FAILED: {
    message: 'A part of the server could not start.',
    retryable: true,
    specific: true,
    when: 'The part that the message names failed to start. Everything that had started was stopped again.',
    remedy: 'Follow the remedy that is printed with the message.',
  },
  DATA_DIRECTORY_BUSY: {
    message: 'Another server uses the data directory.',
    retryable: true,
    specific: true,
    when: 'A running process holds `DATA_DIR`.',
    remedy: 'Stop it, or start with another directory: `DATA_DIR=.data-2 PORT=4001 npm start`.',
  },
  EMBEDDED_DATABASE_FAILED: {
    message: 'The embedded PostgreSQL could not be started.',
    retryable: true,
    specific: true,
    when: 'PostgreSQL’s programs are missing, may not be run, or stopped at start; the message says which, `postgres.log` in `DATA_DIR` says why.',
    remedy:
      'Correct what the message names; give `DATABASE_URL` to use another PostgreSQL; in development `npm start -- --reset` begins anew.',
  },
  DATABASE_NOT_USABLE: {
    message: 'The database cannot be used.',
    retryable: true,
    specific: true,
    when: 'At start, the PostgreSQL of `DATABASE_URL` could not be reached, refused the login, or its user lacks a right. The message says which.',
    remedy:
      'Check that PostgreSQL answers at the address in `DATABASE_URL`, and that its user owns the database and may create roles.',
  },
  MIGRATION_FAILED: {
    message: 'The database could not be migrated.',
    retryable: true,
    specific: true,
    when: 'A migration could not be applied, or the database holds migrations that this version does not know.',
    remedy:
      'Start the version that made the database, or correct what the message names; in development `npm start -- --reset` begins anew.',
  },
  SUPERGRAPH_INVALID: {
    message: 'The supergraph cannot be served.',
    retryable: false,
    specific: true,
    when: 'The supergraph file is missing, cannot be read or composed, or breaks the rules of scope authorization.',
    remedy: 'Correct what the message names; `npm run compose:check` shows the same findings.',
  },
  SUPERGRAPH_STALE: {
    message: 'The committed supergraph is not that of the subgraphs.',
    retryable: false,
    specific: true,
    when: 'A subgraph’s schema was changed, and `schema/supergraph.graphql` was not composed again.',
    remedy: 'Run `npm run compose` and commit the result.',
  },
} as const satisfies Record<string, CatalogueEntry>
