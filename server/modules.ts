import type { SubgraphModule } from '../platform/subgraph/module.ts'
import { compute } from '../subgraphs/compute/index.ts'
import { iam } from '../subgraphs/iam/index.ts'
import { storage } from '../subgraphs/storage/index.ts'

/** The subgraphs of the product: who, what runs, what persists, what it costs, who is told. */
export const MODULES: readonly SubgraphModule[] = [iam, compute, storage]
