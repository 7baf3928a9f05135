import { proveLayers } from './layers/report.ts'
import { proofOnDatabase } from './report/program.ts'

/** `npm run prove:layers` */
await proofOnDatabase(proveLayers)
