import { proveMatrix } from './matrix/report.ts'
import { proofOnDatabase } from './report/program.ts'

/** `npm run prove:matrix` */
await proofOnDatabase(proveMatrix)
