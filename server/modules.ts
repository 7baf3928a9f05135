import type { SubgraphModule } from '../platform/subgraph/module.ts'
import { appPlatform } from '../subgraphs/app-platform/index.ts'
import { billing } from '../subgraphs/billing/index.ts'
import { compute } from '../subgraphs/compute/index.ts'
import { iam } from '../subgraphs/iam/index.ts'
import { notifications } from '../subgraphs/notifications/index.ts'
import { storage } from '../subgraphs/storage/index.ts'

/** The subgraphs of the product: who, what runs on what, what persists, what it costs, who is told. */
export const MODULES: readonly SubgraphModule[] = [iam, compute, appPlatform, storage, billing, notifications]
